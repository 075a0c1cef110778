import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseHelp } from "../../src/engine/help.ts";
import { toEngine } from "../../src/engine/probe.ts";
import { OLD_HELP } from "./old_help.ts";

const FIXTURES = new URL("../fixtures/engine/", import.meta.url);

const NEW_HELP = await Deno.readTextFile(new URL("help-0.7.0.txt", FIXTURES));

function engineOf(help: string) {
  return toEngine("/llama-server", { name: "x", build: null }, parseHelp(help));
}

Deno.test("parseHelp() knows every option of llama-server 0.7.0 by all its names", () => {
  const text = NEW_HELP;
  const lines = text.split("\n").filter((line) => /^-{1,2}\w/.test(line));
  const removed = text.match(/ the argument has been removed\./g) ?? [];
  const options = parseHelp(text);
  assertEquals(options.length, lines.length - removed.length);
  assertEquals(removed.length, 5);
  // Two of those that were removed still name their variable.
  const variables = text.match(/\(env: /g) ?? [];
  assertEquals(options.filter(({ env }) => env !== null).length, variables.length - 2);
  const named = options.flatMap(({ names }) => names);
  assert(named.every((name) => /^-{1,2}[A-Za-z][\w.-]*$/.test(name)), named.join(" "));
});

Deno.test("parseHelp() gives names, variable and values of 0.7.0", () => {
  const options = parseHelp(NEW_HELP);
  const of = (name: string) => options.find(({ names }) => names.includes(name));
  assertEquals(of("-fa"), {
    names: ["-fa", "--flash-attn"],
    env: "LLAMA_ARG_FLASH_ATTN",
    values: ["on", "off", "auto"],
  });
  assertEquals(of("--no-kv-unified"), {
    names: ["-kvu", "--kv-unified", "-no-kvu", "--no-kv-unified"],
    env: "LLAMA_ARG_KV_UNIFIED",
    values: [],
  });
  assertEquals(of("--gpu-layers-draft")?.env, "LLAMA_ARG_N_GPU_LAYERS_DRAFT");
  assertEquals(of("--spec-type")?.values.includes("draft-mtp"), true);
  assertEquals(of("--reasoning-format")?.values, ["none", "deepseek", "deepseek-legacy"]);
  assertEquals(of("--split-mode")?.values, ["none", "layer", "row", "tensor"]);
  assertEquals(of("--device")?.values, []);
  assertEquals(of("--control-vector-layer-range")?.values, []);
  assertEquals(of("--fim-qwen-1.5b-default")?.names, ["--fim-qwen-1.5b-default"]);
});

/** Option, value: whether 0.7.0 and a build of 2025 have it. */
const SUPPORT: [string, string | undefined, boolean, boolean][] = [
  ["--ctx-size", undefined, true, true],
  ["-c", undefined, true, true],
  ["--flash-attn", undefined, true, true],
  ["--flash-attn", "on", true, false],
  ["--no-kv-offload", undefined, true, true],
  ["--kv-offload", undefined, true, false],
  ["--cache-type-k", "q8_0", true, true],
  ["--cache-type-k", "q5_1", true, true],
  ["--cache-type-k", "q2_k", false, false],
  ["--numa", "numactl", true, true],
  ["--pooling", "rank", true, true],
  ["--fit", "on", true, false],
  ["--no-jinja", undefined, true, false],
  ["--draft", undefined, false, false],
  ["ctx-size", undefined, false, false],
  ["__proto__", undefined, false, false],
];

Deno.test("supports() tells llama-servers of different years apart", () => {
  const [now, then] = [engineOf(NEW_HELP), engineOf(OLD_HELP)];
  for (const [flag, value, first, second] of SUPPORT) {
    const told = [now.supports(flag, value), then.supports(flag, value)];
    assertEquals([flag, value, ...told], [flag, value, first, second]);
  }
  assertEquals(now.env("--no-kv-offload"), "LLAMA_ARG_KV_OFFLOAD");
  assertEquals(then.env("--no-kv-offload"), "LLAMA_ARG_NO_KV_OFFLOAD");
  assertEquals([then.env("--draft"), then.env("-h")], [null, null]);
});

Deno.test("parseHelp() takes any text", () => {
  const line = fc.oneof(
    fc.string(),
    fc.string().map((text) => `-${text}`),
    fc.string().map((text) => `   ${text}`),
  );
  fc.assert(fc.property(fc.array(line), (lines) => {
    for (const { names } of parseHelp(lines.join("\n"))) {
      assert(names.every((name) => name.startsWith("-")));
    }
  }));
  assertEquals(parseHelp("--a   b\r\n      (env: X)\r\n"), [{
    names: ["--a"],
    env: "X",
    values: [],
  }]);
});
