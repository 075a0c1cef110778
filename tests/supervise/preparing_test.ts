/** What is looked at before a model is started, over real files and an engine that is never run. */
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { toEngine } from "../../src/engine/probe.ts";
import { discover } from "../../src/models/discover.ts";
import type { Model } from "../../src/models/model.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { withSettings } from "../../src/supervise/model_settings.ts";
import { preparing } from "../../src/supervise/preparing.ts";
import type { RunningServer } from "../../src/supervise/server.ts";
import { modelFolder } from "../models/model_files.ts";

const ENGINE = toEngine("/bin/llama-server", { name: "0.7.0", build: 1 }, []);
const MACHINE = { ram: { total: 2 ** 36, free: 2 ** 36 }, gpus: [], unified: false };
const NOTHING = withSettings<Model>([], {}).settingsOf({ id: "" });

async function preparingIn(folder: string) {
  const stage = { args: [] as string[], isThere: true, keys: [] as string[] };
  const engine = () =>
    stage.isThere
      ? Promise.resolve(ENGINE)
      : Promise.reject(new ApiError("none", { status: 503, type: "server_error" }));
  const { models } = await discover({ folders: [folder], hub: null, lmStudio: null, ollama: [] });
  const prepared = preparing({
    known: () => withSettings(models, { "*": { ...NOTHING, args: stage.args } }),
    atHand: { engine, machine: () => engine().then(() => MACHINE) },
    ...{ memoryMb: 0, maxModels: 0, ttl: 900 },
    slotFiles: {
      folder: "/slots",
      makeFolder: () => Promise.resolve(),
      save: (key) => Promise.resolve(void stage.keys.push(key)),
      restore: () => Promise.resolve(),
    },
    placeOf: () => {
      throw new Error("nothing is started");
    },
    pinned: () => ({ ram: 0, vram: 0 }),
  });
  /** What the conversations of a model would be saved as now. */
  const keyOf = async (id: string) => {
    await (await prepared.prepare(id)).leave({ llama: {} } as unknown as RunningServer);
    return stage.keys.at(-1);
  };
  return { stage, prepared, keyOf };
}

Deno.test("prepare() takes a saved conversation for its own only where nothing has changed", async () => {
  await using folder = await modelFolder();
  const path = await folder.write("a-Q8_0.gguf");
  const { stage, keyOf } = await preparingIn(folder.path);
  const first = await keyOf("a:Q8_0");
  assertEquals(await keyOf("a:Q8_0"), first);
  await Deno.utime(path, new Date(), new Date(0));
  const changed = await keyOf("a:Q8_0");
  assertNotEquals(changed, first);
  stage.args = ["--rope-scale", "2"];
  assertNotEquals(await keyOf("a:Q8_0"), changed);
});

Deno.test("prepare() plans every model where there was no llama-server before", async () => {
  await using folder = await modelFolder();
  for (const name of ["a-Q8_0.gguf", "b-Q8_0.gguf"]) await folder.write(name);
  const { stage, prepared } = await preparingIn(folder.path);
  stage.isThere = false;
  await prepared.plan();
  await assertRejects(() => prepared.prepare("a:Q8_0"), ApiError, "none");
  assertEquals(prepared.planOf("b:Q8_0"), null);
  stage.isThere = true;
  await prepared.prepare("a:Q8_0");
  assertEquals(prepared.planOf("b:Q8_0")?.plan.context, 4096);
});

Deno.test("prepare() gives a pinned model a time of idleness only where its settings do", async () => {
  await using folder = await modelFolder();
  await folder.write("a-Q8_0.gguf");
  const { models } = await discover({
    ...{ folders: [folder.path], hub: null, lmStudio: null, ollama: [] },
  });
  const ttlOf = async (settings: { pin: boolean; ttl: number | null }) => {
    const prepared = preparing({
      known: () => withSettings(models, { "*": { ...NOTHING, ...settings } }),
      atHand: { engine: () => Promise.resolve(ENGINE), machine: () => Promise.resolve(MACHINE) },
      ...{ memoryMb: 0, maxModels: 0, ttl: 900, slotFiles: null },
      placeOf: () => {
        throw new Error("nothing is started");
      },
      pinned: () => ({ ram: 0, vram: 0 }),
    });
    return (await prepared.prepare("a:Q8_0")).ttl;
  };
  assertEquals(await ttlOf({ pin: false, ttl: null }), 900_000);
  assertEquals(await ttlOf({ pin: true, ttl: null }), Infinity);
  assertEquals(await ttlOf({ pin: true, ttl: 60 }), 60_000);
  assertEquals(await ttlOf({ pin: false, ttl: 0 }), Infinity);
});
