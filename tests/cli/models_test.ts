import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { gguf, list, text, u32Value } from "../models/gguf_writer.ts";
import {
  modelBytes,
  type ModelFolder,
  modelFolder,
  projectorBytes,
} from "../models/model_files.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { fakeIo } from "./fake_io.ts";

/** Runs `chaski models …` where no other program keeps models; gives the exit code and the texts. */
async function models(args: readonly string[], env: Record<string, string> = {}) {
  const nowhere = { HOME: "/nowhere", OLLAMA_MODELS: "/nowhere" };
  const io = fakeIo({ env: { ...nowhere, ...env } });
  return { code: await run(["models", ...args], io), out: io.out, err: io.err };
}

async function filled(): Promise<ModelFolder> {
  const folder = await modelFolder();
  await folder.write("vision/gemma-Q8_0.gguf");
  await folder.write("vision/mmproj-F16.gguf", projectorBytes());
  await folder.write("big-F16-00002-of-00003.gguf");
  await folder.write("embed.gguf", modelBytes({ "llama.pooling_type": u32Value(1) }));
  await folder.write("bad.gguf", "nothing of the kind");
  await folder.link(await tinyModel({ template: "qwen3" }), "tiny.gguf");
  return folder;
}

Deno.test("models list shows a table, and on stderr what cannot be used", async () => {
  await using folder = await filled();
  const { code, out, err } = await models(["list", "--models-dir", folder.path]);
  assertEquals(code, 0);
  assertEquals(
    out.replace(/\d+\.\d KiB/, "  SIZE KiB").replaceAll(/\d+ B/g, "N B"),
    [
      "NAME          QUANT        SIZE  CONTEXT  CAN",
      "big:F16       F16         N B        –  incomplete: 1 of 3 parts",
      "embed:Q4_K_M  Q4_K_M      N B     4096  embed",
      "tiny:F16      F16       SIZE KiB   131072  chat tools thinking",
      "gemma:Q8_0    Q8_0        N B     4096  chat vision",
      "",
    ].join("\n"),
  );
  assertEquals(err, "Cannot use bad.gguf: it is no GGUF file\n");
});

Deno.test("models list --json says the same, without paths [NC33]", async () => {
  await using folder = await filled();
  const { code, out, err } = await models(["list", "--json", "--models-dir", folder.path]);
  assertEquals([code, err], [0, ""]);
  const { models: told, problems } = JSON.parse(out);
  assertEquals(problems, ["Cannot use bad.gguf: it is no GGUF file"]);
  assertEquals(told.at(-1), {
    id: "gemma:Q8_0",
    name: "gemma",
    quant: "Q8_0",
    aliases: ["gemma-Q8_0.gguf", "gemma-Q8_0"],
    source: "folder",
    size: modelBytes().length,
    context: 4096,
    parameters: null,
    can: ["chat", "vision"],
    parts: 1,
    complete: true,
  });
  assertEquals(out.includes(folder.path), false);
  assertEquals((await models(["list", "--json", "--models-dir", folder.path])).out, out);
});

Deno.test("models list takes its folders from every layer of the settings", async () => {
  await using one = await modelFolder();
  await using two = await modelFolder();
  await one.write("one.gguf");
  await two.write("two.gguf");
  const ids = async (args: string[], env: Record<string, string> = {}) =>
    JSON.parse((await models(["list", "--json", ...args], env)).out).models
      .map(({ name }: { name: string }) => name);
  const CHASKI_MODELS_DIR = one.path;
  assertEquals(await ids(["--models-dir", one.path, "--models-dir", two.path]), ["one", "two"]);
  assertEquals(await ids([], { CHASKI_MODELS_DIR }), ["one"]);
  assertEquals(await ids([`--models-dir=${two.path}`], { CHASKI_MODELS_DIR }), ["two"]);
  assertEquals(await ids([], { HF_HUB_CACHE: "/none" }), []);
});

Deno.test("models list says what to do where there are no models", async () => {
  await using folder = await modelFolder();
  const none = join(folder.path, "none");
  assertEquals(await models(["list", "--models-dir", none]), {
    code: 0,
    out:
      "There are no models: name a folder with GGUF files by --models-dir, or run chaski models pull\n",
    err: `Cannot look into ${none}: there is no such folder\n`,
  });
});

Deno.test("models info shows the header and the paths of a model", async () => {
  await using folder = await filled();
  const { code, out, err } = await models(["info", "GEMMA", "--models-dir", folder.path]);
  assertEquals([code, err], [0, ""]);
  assertEquals(out.split("\n").map((line) => line.replace(/\d+ B/, "N B")), [
    "id            gemma:Q8_0",
    "also          gemma, gemma-Q8_0.gguf, gemma-Q8_0",
    "found         in a folder of the settings",
    "quant         Q8_0",
    "size          N B",
    "can           chat vision",
    "runs with     4096 tokens, 860.0 MiB in RAM",
    "architecture  llama",
    "context       4096",
    "width         2560",
    `file          ${join(folder.path, "vision", "gemma-Q8_0.gguf")}`,
    `projector     ${join(folder.path, "vision", "mmproj-F16.gguf")} (N B)`,
    "",
  ]);
});

Deno.test("models info shows what differs from layer to layer, and no control signs", async () => {
  await using folder = await modelFolder();
  const bytes = gguf({
    "general.architecture": text("\x1b[31mred"),
    "\x1b[31mred.attention.head_count_kv": list("i32", [2, 2, 0, 1]),
  });
  await folder.write("x.gguf", bytes);
  const { out } = await models(["info", "x", "--models-dir", folder.path]);
  assertMatch(out, /^KV heads {6}2 × 2, 0 × 1, 1 × 1$/m);
  assertMatch(out, /^architecture {2} \[31mred$/m);
});

Deno.test("models info --json has the whole header, the template and its hash", async () => {
  await using folder = await filled();
  const { code, out } = await models(["info", "tiny", "--json", "--models-dir", folder.path]);
  assertEquals(code, 0);
  const told = JSON.parse(out);
  const file = new URL("../tools/templates/qwen3.jinja", import.meta.url);
  assertEquals(told.header.chatTemplate, await Deno.readTextFile(file));
  assertMatch(told.template_sha256, /^sha256:[0-9a-f]{64}$/);
  assertEquals([told.id, told.header.architecture, told.header.cache.heads, told.projector], [
    "tiny:F16",
    "qwen3",
    4,
    null,
  ]);
  assertEquals(told.files, [join(folder.path, "tiny.gguf")]);
});

Deno.test("models info shows what holds where a request says nothing", async () => {
  await using folder = await modelFolder();
  const template = text("{% if enable_thinking %}{% endif %}");
  const file = modelBytes({ "tokenizer.chat_template": template });
  await folder.write("Qwen3.5-4B-Q4_K_M.gguf", file);
  const toml = '[models."Qwen3.5-4B"]\nthinking = "on"\n' +
    '[models."Qwen3.5-4B".sampling]\ntemperature = 0.5\npresence_penalty = 0\n';
  await folder.write("chaski.toml", toml);
  const told = async (env: Record<string, string>, ...args: string[]) => {
    const io = fakeIo({
      env: { HOME: "/nowhere", OLLAMA_MODELS: "/nowhere", ...env },
      readTextFile: (path) => Deno.readTextFile(path),
    });
    const info = ["models", "info", "qwen3.5-4b", "--models-dir", folder.path, ...args];
    assertEquals([await run(info, io), io.err], [0, ""]);
    return io.out;
  };
  const lines = (out: string) =>
    out.split("\n").filter((line) => /^(family|sampling|thinking|arguments)/.test(line));
  assertEquals(lines(await told({})), [
    "family        qwen3.5",
    "sampling      temperature 0.7, top_p 0.8, top_k 20, min_p 0, presence_penalty 1.5",
    "thinking      off",
    "arguments     --temp 0.7 --top-p 0.8 --top-k 20 --min-p 0 --presence-penalty 1.5 " +
    "--reasoning off",
  ]);
  const CHASKI_CONFIG = join(folder.path, "chaski.toml");
  const { family, sampling, thinking, arguments: args } = JSON.parse(
    await told({ CHASKI_CONFIG }, "--json"),
  );
  assertEquals([family, thinking, args.slice(0, 2), args.slice(-2)], [
    "qwen3.5",
    "on",
    ["--temp", "0.5"],
    ["--reasoning", "auto"],
  ]);
  const expected = { temperature: 0.5, top_p: 0.8, top_k: 20, min_p: 0, presence_penalty: 0 };
  assertEquals(sampling, expected);
});

Deno.test("models info names what there is where a name means nothing", async () => {
  await using folder = await filled();
  assertEquals(await models(["info", "gpt\x07", "--models-dir", folder.path]), {
    code: 1,
    out: "",
    err: "Cannot find the model 'gpt ': there is big:F16, embed:Q4_K_M, tiny:F16, gemma:Q8_0\n",
  });
  await using empty = await modelFolder();
  const { err } = await models(["info", "gpt", "--models-dir", empty.path]);
  assertEquals(
    err,
    "Cannot find the model 'gpt': there are no models; name a folder with GGUF files by " +
      "--models-dir, or run chaski models pull\n",
  );
  for (let i = 10; i < 22; i++) await empty.write(`m${i}.gguf`);
  const more = await models(["info", "gpt", "--models-dir", empty.path]);
  assertMatch(more.err, /: there is m10:Q4_K_M, .*, m19:Q4_K_M and 2 more\n$/);
});

const WRONG: [string[], string][] = [
  [["info"], "Cannot run chaski: missing required argument 'name'\n"],
  [
    ["list", "x"],
    "Cannot run chaski: too many arguments for 'list'. Expected 0 arguments but got 1\n",
  ],
  [["list", "--models-dir", "~/x"], "Cannot use --models-dir: expected a path written out in full"],
];

for (const [args, sentence] of WRONG) {
  Deno.test(`models ${args.join(" ")} is wrong usage`, async () => {
    const { code, out, err } = await models(args);
    assertEquals([code, out, err.startsWith(sentence)], [2, "", true], err);
  });
}
