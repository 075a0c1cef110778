/** The bytes of a model's files, against which the progress of its loading is held. */
import { assertEquals } from "@std/assert";
import { join, relative } from "node:path";
import { discover } from "../../src/models/discover.ts";
import { modelBytes, modelFolder, projectorBytes } from "./model_files.ts";
import { text } from "./gguf_writer.ts";

const HEADER = modelBytes().length;

/** Model → the bytes of its files. */
async function sizesIn(folder: string): Promise<Record<string, number>> {
  const places = { folders: [folder], hub: null, lmStudio: null, ollama: [] };
  const { models } = await discover(places);
  return Object.fromEntries(models.map(({ name, size }) => [name, size]));
}

Deno.test("a model's size is that of all its own parts [LP11] [LP25] [LP26] [LP27]", async () => {
  await using folder = await modelFolder();
  await folder.write("one-F16.gguf");
  for (const [series, rest] of [["a", "12345"], ["b", "1234567"]] as const) {
    const first = modelBytes({ "general.name": text(series) });
    await folder.write(`v/${series}-Q8_0-00001-of-00003.gguf`, first);
    await folder.write(`v/${series}-Q8_0-00002-of-00003.gguf`, rest);
    await folder.write(`v/${series}-Q8_0-00003-of-00003.gguf`, "12");
  }
  await folder.write("v/mmproj-a-F16.gguf", projectorBytes());
  const first = modelBytes({ "general.name": text("a") }).length;
  assertEquals(await sizesIn(folder.path), { one: HEADER, a: first + 7, b: first + 9 });
});

Deno.test("a model's size is that of what a link leads to, also from elsewhere [LP20] [LP21] [LP23]", async () => {
  await using folder = await modelFolder();
  await using other = await modelFolder();
  await folder.link(await other.write("blob"), "linked-F16.gguf");
  await folder.link(join(other.path, "gone"), "gone-F16.gguf");
  assertEquals(await sizesIn(relative(Deno.cwd(), folder.path)), { linked: HEADER });
});
