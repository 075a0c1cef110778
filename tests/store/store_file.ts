/** A folder for a store's file. */
import { join } from "node:path";
import { openStore } from "../../src/store/sqlite.ts";
import type { Bounds, Store } from "../../src/store/store.ts";

export const BOUNDS: Bounds = { age: 1e10, count: 100_000, bytes: 1e9, usage: 100_000 };

/** `using` removes it. */
export interface StoreFile extends Disposable {
  readonly path: string;
  readonly folder: string;
  open(bounds?: Partial<Bounds>): Store;
}

export function storeFile(): StoreFile {
  const folder = Deno.makeTempDirSync({ prefix: "chaski-store-" });
  const path = join(folder, "chaski.db");
  return {
    path,
    folder,
    open: (bounds) => openStore({ path, bounds: { ...BOUNDS, ...bounds } }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
