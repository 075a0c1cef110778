/** What runs the models for `chaski serve`, put together with what is kept of their runs. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { findSetpriv } from "../supervise/bound_command.ts";
import { type ModelNews, modelNews } from "../supervise/news.ts";
import { modelPool, type Pool } from "../supervise/pool.ts";
import { type Preparing, preparing, type PreparingOptions } from "../supervise/preparing.ts";
import type { RunPlace } from "../supervise/server.ts";
import { openSlotFiles, removeSlotFiles, type SlotFiles } from "../supervise/slot_files.ts";
import { toldOf } from "./model_log.ts";
import { keepRuns } from "./runs.ts";

/** What is there already, and what is kept. */
export interface ManagedPlace {
  store: Pick<Store, "processes" | "folders">;
  /** Null where nothing can be written. */
  dataDir: string | null;
  log: Log;
}

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1000);

/** What models are run with. */
export interface Running {
  prepared: Preparing;
  pool: Pool;
  news: ModelNews;
}

/** Puts together what prepares models and what runs them; nothing runs yet. */
export async function openPool(
  config: Config,
  { store, dataDir, log }: ManagedPlace,
  { known, atHand, env }: Pick<PreparingOptions, "known" | "atHand"> & Pick<RunPlace, "env">,
): Promise<Running> {
  const runs = keepRuns(store.processes, dataDir, log);
  const news = modelNews(now);
  const setpriv = findSetpriv(Deno.build.os);
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
  const planOf = (id: string) => prepared.planOf(id)?.plan ?? null;
  const tell = toldOf(log, { planOf, takeWords: runs.takeWords });
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
  return { prepared, pool, news };
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

function pinnedBeside(id: string, pool: Pool) {
  const pinned = pool.residents().filter((each) => each.pinned && each.id !== id);
  const sum = (kind: "ram" | "vram") => pinned.reduce((all, { memory }) => all + memory[kind], 0);
  return { ram: sum("ram"), vram: sum("vram") };
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
