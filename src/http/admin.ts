/** `/admin/…`: models are loaded and unloaded, and Chaski tells what it does. */
import { parseBody } from "../protocol/conversations.ts";
import { modelRequest } from "../protocol/management.ts";
import type { Bytes, ModelStatus } from "../upstream/management.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { lateJson } from "./late_json.ts";
import { begin, managementOf } from "./managing.ts";

/** `GET /admin/models`: every model, what runs first. */
export function adminModels(c: Context, services: Services): Response {
  return c.json({ object: "list", data: managementOf(services).states().map(shown) });
}

/** `POST /admin/models/load`: 202, or with `wait` 200 when it is loaded. */
export async function loadModel(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const { model, wait } = await readModel(c, services);
  const { state, model: { id } } = management.stateOf(model);
  c.get("scope").tell({ model: id });
  const told = () => shown(management.stateOf(id));
  if (state === "loaded") return c.json(told());
  if (wait) {
    return lateJson(c, services, (signal) => management.load(id, signal).then(told));
  }
  if (state !== "loading") begin((signal) => management.load(id, signal));
  return c.json(told(), 202);
}

/** `POST /admin/models/unload`: 202, or with `wait` 200 when it is gone. Its requests end first. */
export async function unloadModel(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const { model, wait } = await readModel(c, services);
  const { state, model: { id } } = management.stateOf(model);
  c.get("scope").tell({ model: id });
  const told = () => shown(management.stateOf(id));
  if (state === "unloaded" || state === "failed") return c.json(told());
  if (wait) return lateJson(c, services, () => management.unload(id).then(told));
  if (state !== "unloading") begin(() => management.unload(id));
  return c.json(told(), 202);
}

async function readModel(c: Context, { config }: Services) {
  const { json } = await readJson(c.req.raw, config.limits);
  return parseBody(json, modelRequest);
}

/** `GET /admin/status`: what goes on at the moment. */
export async function adminStatus(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const { held, room, most } = await management.memory();
  const states = management.states();
  return c.json({
    version: services.version,
    uptime: Math.floor(performance.now() / 1000),
    memory: { held, room: finite(room) },
    max_models: bounded(most),
    requests: {
      in_flight: services.transfers.size,
      waiting: states.reduce((sum, { waiting }) => sum + waiting, 0),
      connections: services.sockets.size,
    },
    models: states.filter(({ state }) => state !== "unloaded").map(shown),
  });
}

function finite({ ram, vram }: Bytes) {
  return { ram: bounded(ram), vram: bounded(vram) };
}

/** JSON knows no Infinity. */
function bounded(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A model as whoever manages it is told; no path, no process. */
function shown({ model, limits, ...status }: ModelStatus) {
  return {
    id: model.id,
    object: "model",
    aliases: model.aliases,
    state: status.state,
    error: status.error,
    since: status.since,
    last_used: status.lastUsed,
    progress: status.progress,
    running: status.running,
    waiting: status.waiting,
    memory: status.memory,
    context_length: model.context,
    max_context_length: limits.largest,
    native_context_length: limits.native,
    slots: model.slots,
    size: status.size,
    parameters: status.parameters,
  };
}
