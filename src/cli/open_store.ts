/** The store of `chaski serve`: where it is, how much it keeps, and its sweep. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { openStore } from "../store/sqlite.ts";
import type { Bounds, Store } from "../store/store.ts";
import { sweepInBackground } from "../store/sweeper.ts";

const FILE = "chaski.db";

/** MiB that are kept without a data directory, where they stay in memory. */
const IN_MEMORY_MB = 64;

/** Rows of the account of requests. */
const USAGE_ROWS = 100_000;

/**
 * Opens the store and sweeps it until it is closed.
 *
 * @param dataDir null: in memory
 * @throws {StoreError} in one sentence when the file cannot be used
 */
export function openSweptStore(config: Config, dataDir: string | null, log: Log): Store {
  const path = dataDir && join(dataDir, FILE);
  const store = openStore({ path, bounds: boundsOf(config, dataDir !== null) });
  const stop = sweepInBackground(store, (error) => {
    log.error(`Cannot sweep the store: ${error instanceof Error ? error.message : error}`);
  });
  return {
    ...store,
    close() {
      stop();
      store.close();
    },
  };
}

function boundsOf({ retention }: Config, isOnDisk: boolean): Bounds {
  const mb = isOnDisk ? retention.mb : Math.min(retention.mb, IN_MEMORY_MB);
  return {
    age: retention.days * 86_400,
    count: retention.responses,
    bytes: mb * 1024 * 1024,
    usage: USAGE_ROWS,
  };
}
