/** Models that are managed without any llama-server: what is asked is noted, the rest is told it. */
import type {
  Folder,
  Management,
  ModelState,
  ModelStatus,
  StateChange,
} from "../../src/upstream/management.ts";
import { toModels } from "../../src/upstream/facts.ts";
import { unknownModel } from "../../src/upstream/unknown_model.ts";

export interface FakeManagement extends Management {
  /** What was asked, like `load alpha`. */
  asked: string[];
  /** Ends every load and unload that waits, with an error or well. */
  settle(error?: Error): void;
  /** Puts a model into a state, and tells whoever listens. */
  put(id: string, state: ModelState, error?: string): void;
  listeners: Set<(change: StateChange) => void>;
}

/** `alpha` is loaded, `org/beta` is not; loads and unloads wait for `settle`. */
export function fakeManagement(): FakeManagement {
  const states = new Map([["alpha", status("alpha", "loaded")], ["org/beta", status("org/beta")]]);
  const listeners = new Set<(change: StateChange) => void>();
  const asked: string[] = [];
  const waiting = new Set<PromiseWithResolvers<void>>();
  const folders: Folder[] = [{ path: "/fixed", fixed: true, addedAt: null }];

  function stateOf(name: string): ModelStatus {
    const found = [...states.values()].find(({ model }) => model.id === name);
    if (found === undefined) throw unknownModel(name, [...states.keys()]);
    return found;
  }

  async function wait(what: string, signal?: AbortSignal): Promise<void> {
    asked.push(what);
    const one = Promise.withResolvers<void>();
    waiting.add(one);
    signal?.addEventListener("abort", () => one.reject(signal.reason));
    await one.promise.finally(() => waiting.delete(one));
  }

  function put(id: string, state: ModelState, error: string | null = null): void {
    states.set(id, { ...stateOf(id), state, error });
    for (const listener of [...listeners]) listener({ id, state });
  }

  return {
    ...{ asked, listeners, put, stateOf },
    async load(name, signal) {
      put(name, "loading");
      await wait(`load ${name}`, signal);
      put(name, "loaded");
    },
    async unload(name) {
      put(name, "unloading");
      await wait(`unload ${name}`);
      put(name, "unloaded");
    },
    settle(error) {
      for (const one of waiting) error === undefined ? one.resolve() : one.reject(error);
    },
    states: () => [...states.values()],
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    read: (name) => Promise.resolve(stateOf(name).state === "loaded" ? PROPS : null),
    memory: () =>
      Promise.resolve({
        held: { ram: 1000, vram: 0 },
        room: { ram: 8000, vram: Infinity },
        most: Infinity,
      }),
    folders: {
      list: () => [...folders],
      add(path) {
        if (folders.some((folder) => folder.path === path)) return Promise.resolve(false);
        folders.push({ path, fixed: false, addedAt: 1_700_000_000 });
        return Promise.resolve(true);
      },
      remove(path) {
        const index = folders.findIndex((folder) => folder.path === path);
        if (index >= 0) folders.splice(index, 1);
        return Promise.resolve(index >= 0);
      },
    },
  };
}

/** What a llama-server says of itself, paths and all. */
const PROPS = {
  default_generation_settings: {
    params: { temperature: 0.5, lora: [{ path: "/srv/lora.gguf" }] },
    n_ctx: 4096,
  },
  total_slots: 2,
  model_alias: "alpha",
  model_path: "/srv/models/alpha.gguf",
  modalities: { vision: false, audio: false },
  media_marker: "<__media_1__>",
  chat_template: "{{ messages }}",
  chat_template_caps: { supports_tools: true },
  bos_token: "<s>",
  eos_token: "</s>",
  build_info: "b1",
  is_sleeping: false,
  slot_save_path: "/srv/slots",
};

function status(id: string, state: ModelState = "unloaded"): ModelStatus {
  const props = { total_slots: 2, default_generation_settings: { n_ctx: 4096 } };
  const [model] = toModels(
    { data: [{ id, created: 1_700_000_000, aliases: [`${id}.gguf`] }] },
    props,
  );
  if (model === undefined) throw new Error("the fake has no model");
  const runs = state === "loaded";
  return {
    model: { ...model, control: null },
    ...{ state, error: null, since: 1_700_000_100, progress: null },
    lastUsed: runs ? 1_700_000_200 : null,
    running: runs ? 1 : 0,
    waiting: runs ? 3 : 0,
    memory: runs ? { ram: 1000, vram: 0 } : null,
    limits: { largest: 8192, native: 131_072 },
    size: 911_872,
    parameters: 455_296,
  };
}
