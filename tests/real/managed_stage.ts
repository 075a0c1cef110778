/**
 * Models of a folder, run as `chaski serve --models-dir` runs them, and the application over them in
 * this process; what a test wants to do to a llama-server, it does by its process id.
 */
import { assert } from "@std/assert";
import { join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import { type Catalogue, openCatalogue } from "../../src/models/catalogue.ts";
import type { Model } from "../../src/models/model.ts";
import { serverArguments } from "../../src/supervise/arguments.ts";
import { findSetpriv } from "../../src/supervise/bound_command.ts";
import type { Room } from "../../src/supervise/evict.ts";
import { serveManaged } from "../../src/supervise/managed.ts";
import { modelNews } from "../../src/supervise/news.ts";
import { modelPool, type Pool } from "../../src/supervise/pool.ts";
import type { Prepared } from "../../src/supervise/resident.ts";
import { type Run, startServer } from "../../src/supervise/server.ts";
import { type AppOver, appOver } from "../http/test_app.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

export interface ManagedOptions {
  /** A tiny model for each; their names are `tiny-TEMPLATE`. Default: qwen3 alone. */
  templates?: readonly string[];
  /** Bytes that the file of each is made to have, by zeros behind it. */
  bytes?: number;
  /** Tokens of a slot, and slots. */
  context?: number;
  slots?: number;
  /** Further arguments of llama-server. */
  args?: readonly string[];
  /** What is run in the place of the real llama-server. */
  program?: (model: Model) => Pick<Run, "program" | "args">;
  /** Changes how a model is kept, and how it is started. */
  prepared?: (model: Model, usual: Pick<Prepared, "start">) => Partial<Prepared>;
  room?: Room;
  /** Milliseconds that a model may take to load. */
  patience?: number;
  config?: Partial<Config>;
}

export interface ManagedStage extends AppOver {
  pool: Pool;
  catalogue: Catalogue;
  /** What became of which model, in order: `tiny-qwen3:F16 ready`. */
  changes: string[];
  /** The process of a model, which has to be there. */
  pid(name: string): number;
}

const ENDLESS: Room = { memory: { ram: Infinity, vram: Infinity }, most: Infinity };

/** Nothing runs before it is asked for. */
export async function managedStage(options: ManagedOptions = {}): Promise<ManagedStage> {
  const { templates = ["qwen3"], room = ENDLESS, prepared = () => ({}) } = options;
  const folder = await folderOf(templates, options.bytes);
  const places = { folders: [folder], hub: null, lmStudio: null, ollama: [] };
  const catalogue = await openCatalogue(places, { onChange: () => {} });
  const modelOf = (id: string) => {
    const model = catalogue.found().models.find((each) => each.id === id);
    assert(model !== undefined, id);
    return model;
  };
  const program = options.program ?? await realProgram(options);
  const changes: string[] = [];
  const pool = modelPool({
    now: () => performance.now(),
    prepare(id) {
      const model = modelOf(id);
      const start = startOf({ id, ...program(model) }, options.patience ?? 60_000);
      return Promise.resolve({ ...KEPT, start, ...prepared(model, { start }) });
    },
    room: () => Promise.resolve(room),
    onChange: (id, state) => void changes.push(`${id} ${state}`),
  });
  const managed = serveManaged({
    ...{ catalogue, pool, anyName: false, mostWaiting: 256, created: 1_700_000_000 },
    models: () => catalogue.found().models,
    shapeOf: () => null,
    obstacle: () => Promise.resolve(null),
    news: modelNews(() => 0),
    room: () => Promise.resolve(room),
    folders: NO_FOLDERS,
  });
  const app = appOver(managed, options.config);
  return {
    ...app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
    ...{ pool, catalogue, changes },
    pid(name) {
      const process = pool.residents().find(({ id }) => id.startsWith(`${name}:`))?.process();
      assert(process, `${name} runs not: ${changes.join(", ")}`);
      return process.pid;
    },
  };
}

const NO_FOLDERS = {
  list: () => [],
  add: () => Promise.resolve(false),
  remove: () => Promise.resolve(false),
};

const KEPT = {
  memory: { ram: 1, vram: 0 },
  pinned: false,
  ttl: Infinity,
  leave: () => Promise.resolve(),
};

async function folderOf(templates: readonly string[], bytes?: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-models-" });
  for (const template of templates) {
    const path = join(folder, `tiny-${template}.gguf`);
    await Deno.copyFile(await tinyModel({ template }), path);
    if (bytes !== undefined) await Deno.truncate(path, bytes);
  }
  return folder;
}

async function realProgram({ context = 8192, slots = 1, args = [] }: ManagedOptions) {
  const program = await findLlamaServer();
  return (model: Model) => ({
    program,
    args: (port: number) =>
      serverArguments(
        {
          ...{ id: model.id, model: model.files[0] ?? "", context, slots, serves: "chat" },
          ...{ projector: null, draft: null, template: null, slotFolder: null },
          ...{ batch: null, cacheType: null, promptCache: 64, offload: { kind: "none" } },
          more: ["-t", "1", ...args],
        },
        port,
        (flag) => !["--no-webui", "--fit"].includes(flag),
      ),
  });
}

function startOf(run: Run, patience: number): Prepared["start"] {
  const place = {
    env: Deno.env.toObject(),
    setpriv: findSetpriv(Deno.build.os),
    patience,
    // Zero switches undici's connect timer off, which would outlive a test.
    connectTimeout: 0,
    onStart: () => {},
    onExit: () => {},
    onLine: () => {},
  };
  return (signal, onProcess) => startServer(run, place, { signal, onProcess });
}
