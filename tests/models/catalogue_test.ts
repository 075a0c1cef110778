import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Catalogue, openCatalogue } from "../../src/models/catalogue.ts";
import type { Discovered } from "../../src/models/discover.ts";
import { GgufError } from "../../src/models/gguf_bytes.ts";
import { headerCache } from "../../src/models/header_cache.ts";
import { readGguf } from "../../src/models/read_gguf.ts";
import { modelFolder } from "./model_files.ts";

function only(...folders: string[]) {
  return { folders, hub: null, lmStudio: null, ollama: [] };
}

function idsOf({ models }: Discovered): string[] {
  return models.map(({ id }) => id);
}

/** Waits for a change, whatever brings it. */
async function until(happens: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !happens();) {
    assert(performance.now() < end, "nothing happened");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function opened(folder: string, every?: number) {
  const changes: string[][] = [];
  const catalogue = await openCatalogue(only(folder), {
    onChange: (found) => void changes.push(idsOf(found)),
    ...(every !== undefined && { every }),
  });
  return { catalogue, changes };
}

function ids(catalogue: Catalogue): string[] {
  return idsOf(catalogue.found());
}

Deno.test("openCatalogue() notices a file that comes and one that goes, deep in the folder", async () => {
  await using folder = await modelFolder();
  await folder.write("a-Q8_0.gguf");
  await folder.write("deep/er/readme.md", "no model");
  const { catalogue, changes } = await opened(folder.path);
  assertEquals([ids(catalogue), changes], [["a:Q8_0"], []]);
  const path = await folder.write("deep/er/b-Q8_0.gguf");
  await until(() => ids(catalogue).length === 2);
  await Deno.remove(path);
  await until(() => ids(catalogue).length === 1);
  assertEquals(changes, [["a:Q8_0", "b:Q8_0"], ["a:Q8_0"]]);
  catalogue.close();
});

Deno.test("openCatalogue() looks now and then where nothing tells of a change", async () => {
  await using folder = await modelFolder();
  const later = `${folder.path}/later`;
  const { catalogue } = await opened(later, 50);
  assertEquals(ids(catalogue), []);
  await folder.write("later/a-Q8_0.gguf");
  await until(() => ids(catalogue).length === 1);
  catalogue.close();
});

Deno.test("openCatalogue() looks elsewhere when it is told to", async () => {
  await using first = await modelFolder();
  await using second = await modelFolder();
  await first.write("a-Q8_0.gguf");
  await second.write("b-Q8_0.gguf");
  const { catalogue } = await opened(first.path);
  assertEquals(idsOf(await catalogue.move(only(second.path))), ["b:Q8_0"]);
  await second.write("c-Q8_0.gguf");
  await until(() => ids(catalogue).length === 2);
  catalogue.close();
});

Deno.test("openCatalogue() tells nothing where nothing changed", async () => {
  await using folder = await modelFolder();
  await folder.write("a-Q8_0.gguf");
  const { catalogue, changes } = await opened(folder.path);
  await Promise.all([catalogue.look(), catalogue.look()]);
  assertEquals(changes, []);
  catalogue.close();
});

Deno.test("headerCache() reads a file once, and again when it was changed or forgotten", async () => {
  await using folder = await modelFolder();
  const path = await folder.write("a.gguf");
  let reads = 0;
  const headers = headerCache((file) => {
    reads++;
    return readGguf(file);
  });
  await headers.read(path);
  await headers.read(path);
  assertEquals(reads, 1);
  headers.forget();
  await headers.read(path);
  assertEquals(reads, 1);
  headers.forget();
  headers.forget();
  await headers.read(path);
  assertEquals(reads, 2);
  await Deno.utime(path, new Date(), new Date(0));
  await headers.read(path);
  assertEquals(reads, 3);
});

Deno.test("headerCache() tries again what it could not read, though the file did not change", async () => {
  await using folder = await modelFolder();
  const path = await folder.write("a.gguf");
  let fails = true;
  const headers = headerCache((file) =>
    fails ? Promise.reject(new GgufError("permission denied")) : readGguf(file)
  );
  await assertRejects(() => headers.read(path), GgufError);
  fails = false;
  assertEquals((await headers.read(path)).architecture, "llama");
});
