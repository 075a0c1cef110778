/** The models of this machine for `chaski serve`: puts together what finds, plans and runs them. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Log } from "../log.ts";
import { type Catalogue, openCatalogue } from "../models/catalogue.ts";
import type { Discovered } from "../models/discover.ts";
import type { Model } from "../models/model.ts";
import { placesOf } from "../models/places.ts";
import type { Store } from "../store/store.ts";
import { findSetpriv } from "../supervise/bound_command.ts";
import { engineAtHand } from "../supervise/engine_at_hand.ts";
import { serveManaged } from "../supervise/managed.ts";
import { type SetModels, withSettings } from "../supervise/model_settings.ts";
import { modelNews } from "../supervise/news.ts";
import { modelPool, type Pool } from "../supervise/pool.ts";
import { noModels } from "../supervise/pool_errors.ts";
import { type Preparing, preparing } from "../supervise/preparing.ts";
import { argumentProblem } from "../supervise/refused_arguments.ts";
import { scanFolders } from "../supervise/scan_folders.ts";
import { openSlotFiles, removeSlotFiles, type SlotFiles } from "../supervise/slot_files.ts";
import type { Management } from "../upstream/management.ts";
import type { Serving } from "../upstream/serving.ts";
import { endLeftProcesses } from "./left_processes.ts";
import { toldOf } from "./model_log.ts";
import { keepRuns } from "./runs.ts";

/** What is there already, and what is kept. */
export interface ManagedPlace {
  store: Pick<Store, "processes" | "folders">;
  /** Null where nothing can be written. */
  dataDir: string | null;
  log: Log;
}

/** What is served, and how it is managed. */
export interface Managed {
  serving: Serving;
  management: Management;
}

/** Finds the models, and serves them. Throws a ConfigError for settings of models that cannot be. */
export async function openManaged(
  config: Config,
  { store, dataDir, log }: ManagedPlace,
): Promise<Managed> {
  checkArguments(config);
  await endLeftProcesses(store.processes, log);
  const runs = keepRuns(store.processes, dataDir, log);
  const os = Deno.build.os;
  const env = Deno.env.toObject();
  const setpriv = findSetpriv(os);
  const now = () => Math.floor(Date.now() / 1000);
  const news = modelNews(now);
  const placesWith = (folders: readonly string[]) => placesOf({ os, env, folders });
  const kept = store.folders.list().map(({ path }) => path);
  const catalogue = await openCatalogue(placesWith([...config.modelsDirs, ...kept]), {
    onChange({ models }) {
      log.info(`${models.length} models are there now`, { models: models.length });
      // Nobody can name it any more, be it to use it or to unload it.
      const gone = pool.residents().filter(({ id }) => models.every((model) => model.id !== id));
      for (const { id } of gone) void pool.unload(id);
      void prepared.plan();
    },
  });
  const known = knownModels(catalogue, config);
  const atHand = engineAtHand({ os, env, dataDir, setting: config.llamaServer ?? null });
  const prepared: Preparing = preparing({
    ...{ known, atHand },
    ...{ memoryMb: config.memoryMb, maxModels: config.maxModels, ttl: config.modelTtl },
    slotFiles: await slotFilesOf(config, dataDir),
    placeOf: (id) => ({
      ...{ env, setpriv },
      patience: config.timeouts.load * 1000,
      connectTimeout: config.timeouts.connect * 1000,
      ...runs.of(id),
    }),
    pinned: (id) => pinnedBeside(id, pool),
  });
  const tell = toldOf(log, {
    planOf: (id) => prepared.planOf(id)?.plan ?? null,
    takeWords: runs.takeWords,
  });
  const pool: Pool = modelPool({
    now: () => performance.now(),
    prepare: prepared.prepare,
    room: prepared.room,
    onChange(id, state, error) {
      tell(id, state, error);
      news.tell(id, state, error);
    },
  });
  endWithUs(pool);
  for (const problem of [...catalogue.found().problems, ...unused(known())]) log.warn(problem);
  const obstacle = () => atHand.engine().then(() => null, (error) => error);
  const missing = await obstacle();
  if (missing !== null) log.warn(missing.message);
  if (known().models.length === 0) log.warn(noModels().message);
  await prepared.plan();
  const { models, settingsOf } = known();
  void preload(pool, models.filter((model) => settingsOf(model).preload));
  return serveManaged({
    ...{ catalogue, pool, news, room: prepared.room },
    folders: scanFolders({
      ...{ fixed: config.modelsDirs, now, store: store.folders },
      look: (folders) => catalogue.move(placesWith(folders)),
    }),
    models: () => known().models,
    shapeOf: prepared.planOf,
    anyName: config.defaultModel === "any",
    mostWaiting: config.limits.queue,
    obstacle,
    created: now(),
  });
}

const MIB = 1024 ** 2;

async function slotFilesOf(
  { store, slotFilesMb }: Config,
  dataDir: string | null,
): Promise<SlotFiles | null> {
  if (dataDir === null) return null;
  const folder = join(dataDir, "slots");
  if (store !== "never" && slotFilesMb > 0) return await openSlotFiles(folder, slotFilesMb * MIB);
  await removeSlotFiles(folder);
  return null;
}

function checkArguments({ models }: Config): void {
  for (const [name, { args }] of Object.entries(models)) {
    const problem = argumentProblem(args);
    if (problem === null) continue;
    throw new ConfigError(`Cannot use args in [models."${name}"]: ${problem}`);
  }
}

/** Looked at once for each time that something was found. */
function knownModels(catalogue: Catalogue, { models }: Config): () => SetModels<Model> {
  let last: { found: Discovered; known: SetModels<Model> } | null = null;
  return () => {
    const found = catalogue.found();
    if (last?.found !== found) last = { found, known: withSettings(found.models, models) };
    return last.known;
  };
}

function unused({ unknown }: SetModels<Model>): string[] {
  return unknown.map((name) => `The settings of [models."${name}"] count for no model there is`);
}

function pinnedBeside(id: string, pool: Pool) {
  const pinned = pool.residents().filter((each) => each.pinned && each.id !== id);
  const sum = (kind: "ram" | "vram") => pinned.reduce((all, { memory }) => all + memory[kind], 0);
  return { ram: sum("ram"), vram: sum("vram") };
}

/** One after the other; what cannot be loaded is in the log, and stops nobody. */
async function preload(pool: Pool, models: readonly { id: string }[]): Promise<void> {
  const { signal } = new AbortController();
  for (const { id } of models) await pool.enter(id, signal).then(({ leave }) => leave(), () => {});
}

/**
 * `Deno.exit` (a second signal, a failure of Chaski) waits for nobody, so what runs is ended here.
 * Whoever kills Chaski keeps this from happening; see `bound_command.ts`.
 */
function endWithUs(pool: Pool): void {
  addEventListener("unload", () => {
    for (const each of pool.residents()) each.process()?.kill();
  });
}
