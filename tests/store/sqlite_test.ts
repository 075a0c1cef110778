import { openStore } from "../../src/store/sqlite.ts";
import { type OpenStore, storeContract } from "./store_contract.ts";
import { BOUNDS } from "./store_file.ts";

function opener(path: () => string | null): OpenStore {
  return ({ bounds, now } = {}) => {
    const file = path();
    const store = openStore({
      path: file === null ? null : `${file}/chaski.db`,
      bounds: { ...BOUNDS, ...bounds },
      now: now ?? (() => 1_000),
    });
    let isOpen = true;
    const close = () => {
      if (isOpen) store.close();
      isOpen = false;
    };
    return {
      ...store,
      close,
      [Symbol.dispose]() {
        close();
        if (file !== null) Deno.removeSync(file, { recursive: true });
      },
    };
  };
}

storeContract("`openStore()` in memory", opener(() => null));
storeContract("`openStore()` on a file", opener(() => Deno.makeTempDirSync({ prefix: "chaski-" })));
