/** The models of this machine for `chaski serve`: puts together what finds, plans and runs them. */
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Log } from "../log.ts";
import { type Catalogue, openCatalogue } from "../models/catalogue.ts";
import type { Discovered } from "../models/discover.ts";
import type { Model } from "../models/model.ts";
import { placesOf } from "../models/places.ts";
import { engineAtHand } from "../supervise/engine_at_hand.ts";
import { serveManaged } from "../supervise/managed.ts";
import { type SetModels, withSettings } from "../supervise/model_settings.ts";
import type { Pool } from "../supervise/pool.ts";
import { noModels } from "../supervise/pool_errors.ts";
import { argumentProblem } from "../supervise/refused_arguments.ts";
import { scanFolders } from "../supervise/scan_folders.ts";
import type { ApiError } from "../protocol/error.ts";
import type { Management } from "../upstream/management.ts";
import type { Serving } from "../upstream/serving.ts";
import { endLeftProcesses } from "./left_processes.ts";
import { type ManagedPlace, now, openPool, type Running } from "./model_pool.ts";

/** What is served, and how it is managed. */
export interface Managed {
  serving: Serving;
  management: Management;
}

/** Finds the models, and serves them. Throws a ConfigError for settings of models that cannot be. */
export async function openManaged(config: Config, place: ManagedPlace): Promise<Managed> {
  const { store, dataDir, log } = place;
  checkArguments(config);
  await endLeftProcesses(store.processes, log);
  const { os } = Deno.build;
  const env = Deno.env.toObject();
  const placesWith = (folders: readonly string[]) => placesOf({ os, env, folders });
  const kept = store.folders.list().map(({ path }) => path);
  let running: Running | null = null;
  const catalogue = await openCatalogue(placesWith([...config.modelsDirs, ...kept]), {
    onChange({ models }) {
      log.info(`${models.length} models are there now`, { models: models.length });
      if (running !== null) followChange(models, running);
    },
  });
  const known = knownModels(catalogue, config);
  const atHand = engineAtHand({ os, env, dataDir, setting: config.llamaServer ?? null });
  const obstacle = () => atHand.engine().then(() => null, (error) => error);
  running = await openPool(config, place, { known, atHand, env });
  const { prepared, pool, news } = running;
  await tellProblems(log, { found: catalogue.found(), known: known(), obstacle });
  await prepared.plan();
  const { models, settingsOf } = known();
  void preload(pool, models.filter((model) => settingsOf(model).preload));
  return serveManaged({
    ...{ catalogue, pool, news, obstacle, room: prepared.room },
    folders: scanFolders({
      ...{ fixed: config.modelsDirs, now, store: store.folders },
      look: (folders) => catalogue.move(placesWith(folders)),
    }),
    models: () => known().models,
    shapeOf: prepared.planOf,
    anyName: config.defaultModel === "any",
    mostWaiting: config.limits.queue,
    created: now(),
  });
}

/** What was planned may not fit any more, and what is gone nobody can name, be it to unload it. */
function followChange(models: readonly Model[], { pool, prepared }: Running): void {
  const gone = pool.residents().filter(({ id }) => models.every((model) => model.id !== id));
  for (const { id } of gone) void pool.unload(id);
  void prepared.plan();
}

/** What keeps models from being served, as far as it is known at the start. */
async function tellProblems(
  log: Log,
  { found, known, obstacle }: {
    found: Discovered;
    known: SetModels<Model>;
    obstacle: () => Promise<ApiError | null>;
  },
): Promise<void> {
  const missing = await obstacle();
  const nothing = known.models.length === 0 ? [noModels()] : [];
  const errors = [...missing === null ? [] : [missing], ...nothing].map(({ message }) => message);
  for (const problem of [...found.problems, ...unused(known), ...errors]) log.warn(problem);
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

/** One after the other; what cannot be loaded is in the log, and stops nobody. */
async function preload(pool: Pool, models: readonly { id: string }[]): Promise<void> {
  const { signal } = new AbortController();
  for (const { id } of models) await pool.enter(id, signal).then(({ leave }) => leave(), () => {});
}
