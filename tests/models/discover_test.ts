import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { discover } from "../../src/models/discover.ts";
import type { Places } from "../../src/models/places.ts";
import { walkFolder } from "../../src/models/walk_folder.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { text } from "./gguf_writer.ts";
import { modelBytes, modelFolder, projectorBytes } from "./model_files.ts";

/** Nothing but these folders. */
function only(...folders: string[]): Places {
  return { folders, hub: null, lmStudio: null, ollama: [] };
}

async function idsIn(...folders: string[]): Promise<string[]> {
  return (await discover(only(...folders))).models.map(({ id }) => id);
}

Deno.test("discover() finds the models below a folder, whatever case their endings have", async () => {
  await using folder = await modelFolder();
  await folder.write("x-Q8_0.gguf");
  await folder.write("deep/er/y-F16.GGUF");
  await folder.write("z/model.gguf");
  await folder.write("readme.md", "no model");
  assertEquals(await idsIn(folder.path), ["y:F16", "x:Q8_0", "z:Q4_K_M"]);
});

Deno.test("discover() reads the tiny model that llama-server loads", async () => {
  await using folder = await modelFolder();
  await folder.link(await tinyModel({ template: "qwen3" }), "tiny.gguf");
  const { models: [model], problems } = await discover(only(folder.path));
  assertEquals(problems, []);
  assertEquals([model?.id, model?.can], ["tiny:F16", ["chat", "tools", "thinking"]]);
  assertEquals(model?.files, [join(folder.path, "tiny.gguf")]);
});

Deno.test("discover() leaves out downloads under way, hidden files and empty ones", async () => {
  await using folder = await modelFolder();
  await folder.write("a.gguf");
  await folder.write("b.gguf");
  await folder.write("b.gguf.aria2");
  await folder.write("c.gguf.part");
  await folder.write("downloading_d.gguf");
  await folder.write("._e.gguf", "resource fork");
  await folder.write("f.gguf", "");
  await folder.write(".cache/g.gguf");
  const { models, problems } = await discover(only(folder.path));
  assertEquals([models.map(({ name }) => name), problems], [["a"], []]);
});

Deno.test("discover() says by its name what cannot be used, and lists the rest [MD10]", async () => {
  await using folder = await modelFolder();
  await folder.write("sub/bad.gguf", "no GGUF, though named so");
  await folder.write("cut.gguf", modelBytes().subarray(0, 50));
  await folder.write("good.gguf");
  const { models, problems } = await discover(only(folder.path));
  assertEquals(models.map(({ name }) => name), ["good"]);
  assertEquals(problems, [
    "Cannot use cut.gguf: it ends in the middle of its header",
    "Cannot use bad.gguf: it is no GGUF file",
  ]);
});

Deno.test("discover() says which folder of the settings it cannot look into", async () => {
  await using folder = await modelFolder();
  const none = join(folder.path, "none");
  const file = await folder.write("a.gguf");
  assertEquals((await discover(only(none, file))).problems, [
    `Cannot look into ${none}: there is no such folder`,
    `Cannot look into ${file}: it is no folder`,
  ]);
});

Deno.test("discover() takes links and hard links for what they lead to, once", async () => {
  await using folder = await modelFolder();
  await using other = await modelFolder();
  const path = await folder.write("a-F16.gguf");
  await Deno.link(path, join(folder.path, "b-F16.gguf"));
  await folder.link(path, "c/c-F16.gguf");
  await folder.link(join(folder.path, "gone"), "dangling.gguf");
  await other.link(folder.path, "models");
  const { models, problems } = await discover(only(folder.path, other.path));
  assertEquals(models.map(({ id, aliases }) => [id, ...aliases]), [
    ["a:F16", "a-F16.gguf", "a-F16", "b-F16.gguf", "b-F16", "c-F16.gguf", "c-F16"],
  ]);
  assertEquals(problems, []);
});

Deno.test("discover() ends where links lead in circles", async () => {
  await using folder = await modelFolder();
  await folder.write("a/x.gguf");
  await folder.link(folder.path, "a/up");
  await folder.link("../b", "b/self");
  await folder.link("loop", "loop");
  await folder.link("loop.gguf", "loop.gguf");
  assertEquals(await idsIn(folder.path), ["x:Q4_K_M"]);
});

Deno.test("discover() goes 8 folders deep, and says that there is more", async () => {
  await using folder = await modelFolder();
  await folder.write("1/2/3/4/5/6/7/8/in.gguf");
  await folder.write("1/2/3/4/5/6/7/8/9/out.gguf");
  const { models, problems } = await discover(only(folder.path));
  assertEquals(models.map(({ name }) => name), ["in"]);
  assertEquals(problems, [`Cannot look at all of ${folder.path}: it is too large or too deep`]);
});

Deno.test("walkFolder() stops at 2000 models", async () => {
  await using folder = await modelFolder();
  for (let i = 0; i <= 2000; i++) Deno.writeTextFileSync(join(folder.path, `${i}.gguf`), "x");
  const { files, cut } = await walkFolder(folder.path);
  assertEquals([files.length, cut], [2000, true]);
});

Deno.test("discover() never waits for a pipe that is named like a model", async () => {
  await using folder = await modelFolder();
  await folder.write("a.gguf");
  const made = await new Deno.Command("mkfifo", { args: [join(folder.path, "b.gguf")] }).output();
  assertEquals(made.success, true);
  assertEquals(await idsIn(folder.path), ["a:Q4_K_M"]);
});

Deno.test("discover() reads a model of parts by its first, and joins a projector", async () => {
  await using folder = await modelFolder();
  await folder.write("v/x-Q8_0-00001-of-00002.gguf");
  await folder.write("v/x-Q8_0-00002-of-00002.gguf", "only the first tells of the model");
  const projector = await folder.write("v/mmproj-F16.gguf", projectorBytes());
  const { models: [model], problems } = await discover(only(folder.path));
  assertEquals(problems, []);
  assertEquals([model?.complete, model?.can], [true, ["chat", "vision"]]);
  assertEquals(model?.projector?.path, projector);
});

Deno.test("discover() gives the same ids every time, and sees what came since [MD19]", async () => {
  await using folder = await modelFolder();
  await folder.write("a/x-F16.gguf", modelBytes({ "general.name": text("a") }));
  await folder.write("b/x-F16.gguf", modelBytes({ "general.name": text("b") }));
  assertEquals(await idsIn(folder.path), ["x:F16", "b/x:F16"]);
  assertEquals(await idsIn(folder.path), ["x:F16", "b/x:F16"]);
  await folder.write("c/x-F16.gguf", modelBytes({ "general.name": text("c") }));
  assertEquals(await idsIn(folder.path), ["x:F16", "b/x:F16", "c/x:F16"]);
});
