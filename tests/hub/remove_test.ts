/** Removing models: what goes, and what others still need. */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { isThere, nameBlob, NAMINGS } from "../../src/hub/cache.ts";
import { removalOf, remove } from "../../src/hub/remove.ts";
import { discover } from "../../src/models/discover.ts";
import { resolveModel } from "../../src/models/resolve.ts";
import {
  modelBytes,
  type ModelFolder,
  modelFolder,
  projectorBytes,
} from "../models/model_files.ts";
import { fakeHub } from "./fake_hub.ts";
import { stage, weighty } from "./stage.ts";

const NOWHERE = { folders: [], hub: null, lmStudio: null, ollama: [] };

type Places = Parameters<typeof discover>[0];

/** Removes a model by its name; gives the names of its files. */
async function rm(name: string, places: Partial<Places>): Promise<string[]> {
  const { models } = await discover({ ...NOWHERE, ...places });
  const model = resolveModel(name, models);
  if (model === null) throw new Error(`there is no ${name}`);
  const removal = await removalOf(model, models);
  await remove(removal);
  return removal.files.map(({ path }) => path.split(/[\\/]/).at(-1) ?? "");
}

async function names(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return entries.map(({ name }) => name).sort();
}

/** A repository with a file in a revision, as a link to a blob. */
async function cached(cache: ModelFolder, revision: string, file: string, blob: string) {
  const target = `${"../".repeat(file.split("/").length + 1)}blobs/${blob}`;
  await cache.link(target, `models--o--x/snapshots/${revision}/${file}`);
}

Deno.test("remove() leaves nothing of a model that was pulled, and all of another", async () => {
  await using hub = fakeHub({
    "BF16/x-BF16-00001-of-00002.gguf": weighty(modelBytes(), 1000),
    "BF16/x-BF16-00002-of-00002.gguf": weighty(modelBytes(), 2000),
    "x-Q8_0.gguf": weighty(modelBytes(), 3000),
    "mmproj-F16.gguf": projectorBytes(),
  });
  await using place = await stage(hub);
  await place.pull("org/x-GGUF:Q8_0");
  const alone = await place.files();
  await place.pull("org/x-GGUF:BF16");
  const places = { hub: place.cache.path };
  assertEquals(await rm("x:BF16", places), [
    "x-BF16-00001-of-00002.gguf",
    "x-BF16-00002-of-00002.gguf",
  ]);
  assertEquals(await place.files(), alone);
  const snapshot = join(place.repository, "snapshots", hub.commit);
  assertEquals(await names(snapshot), ["mmproj-F16.gguf", "x-Q8_0.gguf"]);
  assertEquals(await rm("x:Q8_0", places), ["x-Q8_0.gguf", "mmproj-F16.gguf"]);
  assertEquals(await names(place.cache.path), []);
});

Deno.test("remove() takes a file out of every revision that has the same", async () => {
  await using cache = await modelFolder();
  await cache.write("models--o--x/blobs/new", weighty(modelBytes(), 1000));
  await cache.write("models--o--x/blobs/old", weighty(modelBytes(), 2000));
  await cached(cache, "aaa", "f/x-Q8_0.gguf", "new");
  await cached(cache, "bbb", "f/x-Q8_0.gguf", "new");
  await cached(cache, "ccc", "f/x-Q8_0.gguf", "old");
  await cache.write("models--o--x/refs/main", "aaa");
  await cache.write("models--o--x/refs/pr/1", "ccc");
  const folder = join(cache.path, "models--o--x");
  await rm("x:Q8_0", { hub: cache.path });
  assertEquals(await names(join(folder, "blobs")), ["old"]);
  assertEquals(await names(join(folder, "snapshots")), ["ccc"]);
  assertEquals(await names(join(folder, "refs")), ["pr"]);
  await rm("x:Q8_0", { hub: cache.path });
  assertEquals(await names(cache.path), []);
});

Deno.test("remove() keeps a blob that has another name, and downloads under way", async () => {
  await using cache = await modelFolder();
  await cache.write("models--o--x/blobs/1");
  await cache.write("models--o--x/blobs/2.incomplete");
  await cached(cache, "aaa", "x-Q8_0.gguf", "1");
  await cached(cache, "aaa", "y.bin", "1");
  await rm("x:Q8_0", { hub: cache.path });
  assertEquals(await names(join(cache.path, "models--o--x", "blobs")), ["1", "2.incomplete"]);
  assertEquals(await names(join(cache.path, "models--o--x", "snapshots", "aaa")), ["y.bin"]);
});

for (const [what, skipped] of [["a hard link", 1], ["the file itself", 2]] as const) {
  Deno.test(`where there are no symbolic links, the cache has ${what}, which goes as well`, async () => {
    await using cache = await modelFolder();
    const folder = join(cache.path, "models--o--x");
    const digest = { algorithm: "sha256", hex: "ab".repeat(32) } as const;
    const file = { path: "f/x-Q8_0.gguf", size: modelBytes().length, digest };
    const blob = await cache.write(`models--o--x/blobs/${digest.hex}`);
    const fail = () => Promise.reject(new Deno.errors.PermissionDenied());
    const namings = NAMINGS.map((naming, i) => i < skipped ? fail : naming);
    const path = await nameBlob(folder, "aaa", file, namings);
    assertEquals((await Deno.lstat(path)).isFile, true);
    assertEquals(await isThere(folder, "aaa", file), true);
    assertEquals((await Deno.stat(blob).catch(() => null)) !== null, skipped === 1);
    assertEquals(await rm("x:Q8_0", { hub: cache.path }), ["x-Q8_0.gguf"]);
    assertEquals(await names(cache.path), []);
  });
}

Deno.test("remove() takes parts and projectors out of other folders, links as links", async () => {
  await using folder = await modelFolder();
  await folder.write("v/v-Q8_0-00001-of-00002.gguf");
  await folder.write("v/v-Q8_0-00002-of-00002.gguf");
  await folder.write("v/v-Q4_0.gguf");
  await folder.write("v/mmproj-F16.gguf", projectorBytes());
  const target = await folder.write("elsewhere/kept");
  await folder.link(target, "v/w/linked.gguf");
  const places = { folders: [join(folder.path, "v")] };
  await rm("v:Q8_0", places);
  assertEquals(await names(join(folder.path, "v")), ["mmproj-F16.gguf", "v-Q4_0.gguf", "w"]);
  await rm("linked", places);
  assertEquals(await names(join(folder.path, "v", "w")), []);
  assertEquals(await names(join(folder.path, "elsewhere")), ["kept"]);
  assertEquals(await rm("v:Q4_0", places), ["v-Q4_0.gguf", "mmproj-F16.gguf"]);
  assertEquals(await names(join(folder.path, "v")), ["w"]);
});

Deno.test("remove() takes LM Studio's files, and leaves Ollama's to Ollama", async () => {
  await using folder = await modelFolder();
  await folder.write("home/models/pub/x-GGUF/x-Q8_0.gguf");
  const digest = "a".repeat(64);
  const blob = await folder.write(`ollama/blobs/sha256-${digest}`);
  const layer = {
    mediaType: "application/vnd.ollama.image.model",
    digest: `sha256:${digest}`,
    size: (await Deno.stat(blob)).size,
  };
  const manifest = JSON.stringify({ layers: [layer] });
  await folder.write("ollama/manifests/registry.ollama.ai/library/llama3/8b", manifest);
  const lmStudio = { pointer: join(folder.path, "none"), homes: [join(folder.path, "home")] };
  const places = { lmStudio, ollama: [join(folder.path, "ollama")] };
  assertEquals(await rm("pub/x-GGUF", places), ["x-Q8_0.gguf"]);
  const refused = await assertRejects(() => rm("llama3:8b", places), Error);
  assertEquals(
    refused.message,
    "Cannot remove llama3-8b:Q4_K_M: Ollama keeps it; run: ollama rm llama3:8b",
  );
  assertEquals((await discover({ ...NOWHERE, ...places })).models.length, 1);
});

Deno.test("remove() says so when the files are gone already", async () => {
  await using folder = await modelFolder();
  const path = await folder.write("x-Q8_0.gguf");
  const removal = { id: "x:Q8_0", files: [{ path, size: 1 }] };
  await remove(removal);
  const { message } = await assertRejects(() => remove(removal), Error);
  assertEquals(message, "Cannot remove x:Q8_0: it is gone already, at least in part");
});
