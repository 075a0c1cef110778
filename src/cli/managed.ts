/** The models of this machine for `chaski serve`: puts together what finds, plans and runs them. */
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { openCatalogue } from "../models/catalogue.ts";
import { placesOf } from "../models/places.ts";
import { serverArguments } from "../supervise/arguments.ts";
import { findSetpriv } from "../supervise/bound_command.ts";
import { serveManaged } from "../supervise/managed.ts";
import { planOf } from "../supervise/planner.ts";
import { modelPool } from "../supervise/pool.ts";
import { startServer } from "../supervise/server.ts";
import { cannotLoad } from "../supervise/failure.ts";
import type { Serving } from "../upstream/serving.ts";

export async function openManaged(config: Config, log: Log): Promise<Serving> {
  const env = Deno.env.toObject();
  const places = placesOf({ os: Deno.build.os, env, folders: config.modelsDirs });
  const catalogue = await openCatalogue(places, {
    onChange: ({ models }) => log.info(`${models.length} models found`),
  });
  const setpriv = findSetpriv(Deno.build.os);
  const planned = (id: string) => {
    const model = catalogue.found().models.find((each) => each.id === id);
    if (model === undefined) throw cannotLoad(id, "it is gone");
    return planOf(model, config.models[id] ?? config.models["*"] ?? null);
  };
  const pool = modelPool({
    now: () => performance.now(),
    prepare(id) {
      const { shape, memory } = planned(id);
      return Promise.resolve({
        memory,
        pinned: false,
        ttl: config.modelTtl === 0 ? Infinity : config.modelTtl * 1000,
        start: (signal, onProcess) =>
          startServer(
            {
              id,
              program: Deno.env.get("CHASKI_LLAMA_SERVER") ?? "llama-server",
              args: (port) => serverArguments(shape, port, (flag) => flag !== "--no-webui"),
            },
            {
              env,
              setpriv,
              patience: config.timeouts.load * 1000,
              connectTimeout: config.timeouts.connect * 1000,
              onStart: () => {},
              onExit: () => {},
              onLine: (line) => log.debug(`${id}: ${line}`),
            },
            { signal, onProcess },
          ),
        leave: () => Promise.resolve(),
      });
    },
    room: () =>
      Promise.resolve({
        memory: { ram: Infinity, vram: Infinity },
        most: config.maxModels || Infinity,
      }),
    onChange: (id, state, error) =>
      log.info(`model ${id}: ${state}${error ? `: ${error.message}` : ""}`),
  });
  return serveManaged({
    catalogue,
    pool,
    shapeOf: (id) => planned(id).shape,
    anyName: config.defaultModel === "any",
    obstacle: () => Promise.resolve(null),
    created: Math.floor(Date.now() / 1000),
    onClose: () => Promise.resolve(),
  });
}
