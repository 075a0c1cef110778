import { assert, assertEquals } from "@std/assert";
import { type RunShape, serverArguments } from "../../src/supervise/arguments.ts";
import { findLlamaServer } from "../tools/llama_server.ts";

const PLAIN: RunShape = {
  ...{ id: "tiny:Q8_0", model: "/m/tiny.gguf", projector: null, draft: null, template: null },
  ...{ slotFolder: null, context: 4096, slots: 1, serves: "chat", batch: null, cacheType: null },
  ...{ promptCache: 1024, offload: { kind: "none" }, more: [] },
};

const FULL: RunShape = {
  ...PLAIN,
  ...{ projector: "/m/mmproj.gguf", draft: "/m/draft.gguf", template: "/m/t.jinja" },
  ...{ slotFolder: "/d/slots", slots: 3, batch: 2048, cacheType: "q8_0" },
};

const all = () => true;

/** What follows an option; undefined where it is not there. */
function valueOf(args: readonly string[], flag: string): string | undefined {
  return args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
}

Deno.test("`serverArguments()` gives a plain model what every model gets [CF24] [CF25]", () => {
  assertEquals(serverArguments(PLAIN, 4711, all), [
    ...["-m", "/m/tiny.gguf", "--host", "127.0.0.1", "--port", "4711", "--alias", "tiny:Q8_0"],
    ...["-c", "4096", "-np", "1", "--no-kv-unified", "--no-context-shift", "--jinja", "--no-ui"],
    ...["--log-colors", "off", "--cache-ram", "1024", "--fit", "off"],
  ]);
});

Deno.test("`serverArguments()` gives each slot its own context", () => {
  const args = serverArguments(FULL, 4711, all);
  assertEquals([valueOf(args, "-c"), valueOf(args, "-np")], ["12288", "3"]);
});

Deno.test("`serverArguments()` names the other files, the batch and the cache's types", () => {
  const args = serverArguments(FULL, 4711, all);
  const flags = ["--mmproj", "--model-draft", "--chat-template-file", "--slot-save-path"];
  assertEquals(flags.map((flag) => valueOf(args, flag)), [
    ...["/m/mmproj.gguf", "/m/draft.gguf", "/m/t.jinja", "/d/slots"],
  ]);
  assertEquals(["-b", "-ub"].map((flag) => valueOf(args, flag)), ["2048", "2048"]);
  assertEquals(["--cache-type-k", "--cache-type-v"].map((flag) => valueOf(args, flag)), [
    ...["q8_0", "q8_0"],
  ]);
  assertEquals(valueOf(args, "--flash-attn"), "on");
});

Deno.test("`serverArguments()` asks for flash attention only where the cache needs it", () => {
  const withType = (cacheType: string, supports: (flag: string, value?: string) => boolean) =>
    serverArguments({ ...PLAIN, cacheType }, 1, supports);
  assert(!withType("f16", all).includes("--flash-attn"));
  const old = withType("q4_0", (_, value) => value === undefined);
  assertEquals(old[old.indexOf("--flash-attn") + 1], "--cache-type-k");
});

Deno.test("`serverArguments()` says where the layers go", () => {
  const tail = (offload: RunShape["offload"]) =>
    serverArguments({ ...PLAIN, offload }, 1, all).slice(20);
  assertEquals(tail({ kind: "all", devices: [] }), ["-ngl", "999", "--fit", "off"]);
  assertEquals(tail({ kind: "all", devices: ["CUDA1", "CUDA2"] }), [
    ...["-ngl", "999", "--device", "CUDA1,CUDA2", "--fit", "off"],
  ]);
  assertEquals(tail({ kind: "layers", layers: 12 }), ["-ngl", "12", "--fit", "off"]);
  assertEquals(tail({ kind: "fit" }), ["--fit", "on"]);
});

Deno.test("`serverArguments()` starts embedders and rankers as such", () => {
  const flags = (serves: RunShape["serves"]) => serverArguments({ ...PLAIN, serves }, 1, all);
  assert(flags("embed").includes("--embeddings"));
  assert(flags("rerank").includes("--reranking"));
});

Deno.test("`serverArguments()` leaves out what a llama-server does not know", () => {
  const more = ["--threads", "2"];
  assertEquals(serverArguments({ ...FULL, more }, 1, () => false), [
    ...["-m", "/m/tiny.gguf", "--host", "127.0.0.1", "--port", "1", "-c", "12288", "-np", "3"],
    ...["-b", "2048", "-ub", "2048", "--flash-attn", "--cache-type-k", "q8_0"],
    ...["--cache-type-v", "q8_0", "--threads", "2"],
  ]);
});

Deno.test("`serverArguments()` puts the user's arguments last, where they win", () => {
  const args = serverArguments({ ...FULL, more: ["--no-jinja"] }, 1, all);
  assertEquals(args.at(-1), "--no-jinja");
});

Deno.test("the real llama-server knows every option that a model may get", async () => {
  const command = new Deno.Command(await findLlamaServer(), { args: ["--help"] });
  const { stdout } = await command.output();
  const known = new TextDecoder().decode(stdout).split(/[\s,]+/);
  const shapes: RunShape[] = [
    ...[FULL, { ...PLAIN, serves: "embed" as const }, { ...PLAIN, serves: "rerank" as const }],
    { ...PLAIN, offload: { kind: "all", devices: [] } },
  ];
  const used = shapes.flatMap((shape) => serverArguments(shape, 1, all))
    .filter((arg) => /^-[a-z-]/.test(arg));
  assert(used.length > 20);
  assertEquals(used.filter((flag) => !known.includes(flag)), []);
});
