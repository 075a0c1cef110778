/** The folders of other programs, as they lay them out. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { discover } from "../../src/models/discover.ts";
import { modelBytes, type ModelFolder, modelFolder, projectorBytes } from "./model_files.ts";

const NOWHERE = { folders: [], hub: null, lmStudio: null, ollama: [] };

/** A repository in Hugging Face's cache, whose files are links to blobs. */
async function repository(
  cache: ModelFolder,
  name: string,
  revision: string,
  files: Record<string, Uint8Array | string>,
): Promise<void> {
  for (const [file, data] of Object.entries(files)) {
    const blob = await cache.write(`${name}/blobs/${revision}-${file.replaceAll("/", "_")}`, data);
    await cache.link(blob, `${name}/snapshots/${revision}/${file}`);
  }
}

Deno.test("findInHub() lists repositories by what is in them [MD02] [MD08]", async () => {
  await using cache = await modelFolder();
  await repository(cache, "models--org--Small", "r1", {
    "config.json": "{}",
    "model.safetensors": "weights",
    "Q8_0.gguf": modelBytes(),
  });
  await repository(cache, "models--org--Nothing-GGUF", "r1", { "README.md": "no model" });
  await repository(cache, "datasets--org--x", "r1", { "x.gguf": modelBytes() });
  const { models, problems } = await discover({ ...NOWHERE, hub: cache.path });
  assertEquals(problems, []);
  assertEquals(models.map(({ id, aliases, source }) => [id, aliases[0], source]), [
    ["Small:Q8_0", "org/Small:Q8_0", "huggingface"],
  ]);
  assertEquals(models[0]?.files, [
    join(cache.path, "models--org--Small", "snapshots", "r1", "Q8_0.gguf"),
  ]);
});

Deno.test("findInHub() takes main's revision before others, and what only those have", async () => {
  await using cache = await modelFolder();
  const name = "models--org--x-GGUF";
  await repository(cache, name, "aaa", { "x-F16.gguf": modelBytes(), "x-Q8_0.gguf": modelBytes() });
  await repository(cache, name, "bbb", { "x-F16.gguf": modelBytes() });
  await cache.write(`${name}/refs/main`, "bbb");
  const { models } = await discover({ ...NOWHERE, hub: cache.path });
  const snapshot = join(cache.path, name, "snapshots");
  assertEquals(models.map(({ id, files }) => [id, ...files]), [
    ["x:F16", join(snapshot, "bbb", "x-F16.gguf")],
    ["x:Q8_0", join(snapshot, "aaa", "x-Q8_0.gguf")],
  ]);
});

Deno.test("findInHub() joins the projector of a repository to what lies in its folders [MD13]", async () => {
  await using cache = await modelFolder();
  await repository(cache, "models--org--v-GGUF", "r", {
    "BF16/v-BF16-00001-of-00002.gguf": modelBytes(),
    "BF16/v-BF16-00002-of-00002.gguf": modelBytes(),
    "mmproj-F16.gguf": projectorBytes(),
  });
  await repository(cache, "models--org--eyes", "r", { "mmproj-F16.gguf": projectorBytes() });
  const { models } = await discover({ ...NOWHERE, hub: cache.path });
  assertEquals(models.map(({ id, complete, can }) => [id, complete, can]), [
    ["v:BF16", true, ["chat", "vision"]],
  ]);
});

Deno.test("findInHub() joins projectors over revisions, but no parts, which must lie together", async () => {
  await using cache = await modelFolder();
  const name = "models--org--v-GGUF";
  const part = (number: number) => ({ [`v-F16-0000${number}-of-00002.gguf`]: modelBytes() });
  await repository(cache, name, "aaa", { "mmproj-F16.gguf": projectorBytes(), ...part(2) });
  await repository(cache, name, "bbb", { "v-Q8_0.gguf": modelBytes(), ...part(1) });
  await cache.write(`${name}/refs/main`, "bbb");
  const { models } = await discover({ ...NOWHERE, hub: cache.path });
  assertEquals(models.map(({ quant, complete, can }) => [quant, complete, can.join(" ")]), [
    ["F16", false, "chat vision"],
    ["Q8_0", true, "chat vision"],
    ["F16", false, ""],
  ]);
});

Deno.test("findInHub() leaves out what is not whole, and a broken repository [MD04] [MD10]", async () => {
  await using cache = await modelFolder();
  await cache.write("models--a--x/blobs/1.incomplete");
  await cache.link("../../blobs/1", "models--a--x/snapshots/r/x.gguf");
  await cache.write("models--b--x", "a file");
  await cache.write("models--c--x/snapshots", "a file");
  await repository(cache, "models--d--empty", "r", { "x.gguf": "" });
  await repository(cache, "models--e--x", "r", { "x.gguf": modelBytes() });
  const { models, problems } = await discover({ ...NOWHERE, hub: cache.path });
  assertEquals([models.map(({ aliases: [alias] }) => alias), problems], [["e/x:Q4_K_M"], []]);
});

function lmStudio(folder: ModelFolder) {
  return { pointer: join(folder.path, "pointer"), homes: [join(folder.path, "home")] };
}

Deno.test("findInLmStudio() calls models by their publisher too", async () => {
  await using folder = await modelFolder();
  await folder.write("home/models/pub/x-GGUF/x-Q8_0.gguf");
  await folder.write("home/models/pub/x-GGUF/mmproj-x-F16.gguf", projectorBytes());
  await folder.write("home/models/loose.gguf");
  const { models } = await discover({ ...NOWHERE, lmStudio: lmStudio(folder) });
  assertEquals(models.map(({ id, aliases: [alias], can }) => [id, alias, can.join(" ")]), [
    ["loose:Q4_K_M", "loose.gguf", "chat"],
    ["x:Q8_0", "pub/x-GGUF:Q8_0", "chat vision"],
  ]);
});

Deno.test("findInLmStudio() follows the pointer and the settings", async () => {
  await using folder = await modelFolder();
  await folder.write("pointer", `${join(folder.path, "moved")}\n`);
  const downloadsFolder = join(folder.path, "chosen");
  await folder.write("moved/settings.json", JSON.stringify({ downloadsFolder }));
  await folder.write("chosen/a/b/chosen.gguf");
  await folder.write("moved/models/a/b/moved.gguf");
  const found = async () =>
    (await discover({ ...NOWHERE, lmStudio: lmStudio(folder) })).models.map(({ name }) => name);
  assertEquals(await found(), ["chosen", "moved"]);
  for (const settings of ["{", "null", '{"downloadsFolder": 1}', '{"downloadsFolder": "chosen"}']) {
    await folder.write("moved/settings.json", settings);
    assertEquals(await found(), ["moved"]);
  }
});

const LIBRARY = "manifests/registry.ollama.ai/library";

/** The manifest of a model whose blobs are there. */
async function manifest(folder: ModelFolder, name: string, ...digits: string[]): Promise<void> {
  const layers = digits.map((digit, i) => ({
    mediaType: `application/vnd.ollama.image.${i === 0 ? "model" : "projector"}`,
    digest: `sha256:${digit.repeat(64)}`,
    size: (i === 0 ? modelBytes() : projectorBytes()).length,
  }));
  for (const [i, digit] of digits.entries()) {
    await folder.write(
      `blobs/sha256-${digit.repeat(64)}`,
      i === 0 ? modelBytes() : projectorBytes(),
    );
  }
  await folder.write(name, JSON.stringify({ schemaVersion: 2, layers }));
}

Deno.test("findInOllama() calls models as Ollama does, and takes blobs and projectors", async () => {
  await using folder = await modelFolder();
  await manifest(folder, `${LIBRARY}/llama3.2/3b`, "a");
  await manifest(folder, `${LIBRARY}/llama3.2/latest`, "a");
  await manifest(folder, `${LIBRARY}/llava/7b-v1.6-q8_0`, "b", "c");
  await manifest(folder, "manifests/hf.co/org/x-GGUF/Q4_K_M", "d");
  const { models, problems } = await discover({ ...NOWHERE, ollama: [folder.path] });
  assertEquals(problems, []);
  assertEquals(models.map(({ id, aliases, can }) => [id, aliases.join(" "), can.join(" ")]), [
    ["x-GGUF:Q4_K_M", "hf.co/org/x-GGUF:Q4_K_M", "chat"],
    ["llama3.2-3b:Q4_K_M", "llama3.2:3b llama3.2:latest", "chat"],
    ["llava-7b-v1.6:Q8_0", "llava:7b-v1.6-q8_0", "chat vision"],
  ]);
  assertEquals(models[1]?.files, [join(folder.path, "blobs", `sha256-${"a".repeat(64)}`)]);
});

const MANIFESTS: [string, string][] = [
  ["no JSON", "{"],
  ["no object", "null"],
  ["no list", '{"layers": {}}'],
  ["odd layers", '{"layers": [null, 1, {}, {"mediaType": 1}]}'],
  ["a digest that leads elsewhere", JSON.stringify({ layers: [layer("sha256:../../x")] })],
  ["a blob that is not there", JSON.stringify({ layers: [layer(`sha256:${"0".repeat(64)}`)] })],
  ["a blob of another size", JSON.stringify({ layers: [layer(`sha256:${"1".repeat(64)}`)] })],
];

function layer(digest: string) {
  return { mediaType: "application/vnd.ollama.image.model", digest, size: 1 };
}

for (const [what, text] of MANIFESTS) {
  Deno.test(`findInOllama() passes over a manifest with ${what}`, async () => {
    await using folder = await modelFolder();
    await folder.write(`blobs/sha256-${"1".repeat(64)}`);
    await folder.write("blobs/x");
    await folder.write(`${LIBRARY}/bad/latest`, text);
    await manifest(folder, `${LIBRARY}/good/latest`, "e");
    const { models } = await discover({ ...NOWHERE, ollama: [folder.path] });
    assertEquals(models.map(({ name }) => name), ["good"]);
  });
}

Deno.test("discover() looks into all places, and gives a copy an id of its own", async () => {
  await using folder = await modelFolder();
  await folder.write("own/x-Q8_0.gguf");
  await folder.write("hub/models--org--x-GGUF/snapshots/r/x-Q8_0.gguf");
  await folder.write("lm/models/pub/x-GGUF/x-Q8_0.gguf");
  const { models } = await discover({
    folders: [join(folder.path, "own")],
    hub: join(folder.path, "hub"),
    lmStudio: { pointer: join(folder.path, "none"), homes: [join(folder.path, "lm")] },
    ollama: [join(folder.path, "none")],
  });
  assertEquals(models.map(({ id }) => id), ["x:Q8_0", "org/x:Q8_0", "pub/x:Q8_0"]);
});
