import { assertEquals } from "@std/assert";
import { defaultArgs } from "../../src/models/default_args.ts";
import { type DefaultSettings, defaultsOf } from "../../src/models/defaults.ts";
import type { GgufHeader } from "../../src/models/gguf_header.ts";
import { scalar, text } from "./gguf_writer.ts";
import { modelHeader } from "./model_files.ts";

const SWITCH = { "tokenizer.chat_template": text("{% if enable_thinking %}{% endif %}") };

function model(name: string, header: GgufHeader | null = modelHeader(SWITCH)) {
  return { name, header, can: ["chat"] as const };
}

function settings(changes: Partial<DefaultSettings>): DefaultSettings {
  return { thinking: "auto", templateFile: null, sampling: {}, ...changes };
}

const QWEN3 = { temperature: 0.6, top_p: 0.95, top_k: 20, min_p: 0 };

Deno.test("defaultsOf() takes what suits the family", () => {
  assertEquals(defaultsOf(model("Qwen3-8B"), null), {
    sampling: QWEN3,
    thinking: null,
    family: "qwen3",
  });
  assertEquals(defaultsOf(model("own"), null), { sampling: {}, thinking: null, family: null });
});

Deno.test("defaultsOf() looks at the header's names where the file's says nothing", () => {
  const named = modelHeader({ "general.name": text("My Tune"), "general.basename": text("Qwen3") });
  assertEquals(defaultsOf(model("own", named), null).family, "qwen3");
  assertEquals(defaultsOf(model("gemma-3-4b-it", named), null).family, "gemma");
});

Deno.test("defaultsOf() lets settings win over the file, and the file over the family", () => {
  const header = modelHeader({
    "general.sampling.temp": scalar("f32", 0.4),
    "general.sampling.top_k": scalar("i32", 30),
    "general.sampling.penalty_repeat": scalar("f32", 1.1),
  });
  const { sampling } = defaultsOf(
    model("Qwen3-8B", header),
    settings({ sampling: { top_k: 0, presence_penalty: 0.5 } }),
  );
  assertEquals(sampling, {
    temperature: 0.4,
    top_p: 0.95,
    top_k: 0,
    min_p: 0,
    presence_penalty: 0.5,
    repeat_penalty: 1.1,
  });
  assertEquals(Object.keys(sampling).at(0), "temperature");
});

Deno.test("defaultsOf() says nothing of what draws no tokens", () => {
  const nothing = { sampling: {}, thinking: null, family: null };
  const told = settings({ thinking: "on", sampling: { temperature: 1 } });
  assertEquals(defaultsOf({ ...model("Qwen3-Embedding-8B"), can: ["embed"] }, told), nothing);
  assertEquals(defaultsOf({ name: "Qwen3-8B", header: null, can: [] }, told), nothing);
});

const label = (size: string) => modelHeader({ ...SWITCH, "general.size_label": text(size) });
const counted = (count: number) =>
  modelHeader({ ...SWITCH, "general.parameter_count": scalar("u64", count) });

const THINKING: [string, GgufHeader, DefaultSettings["thinking"], "on" | "off" | null][] = [
  ["Qwen3.5-4B", modelHeader(SWITCH), "auto", "off"],
  ["Qwen3.6-0.8B", modelHeader(SWITCH), "auto", "off"],
  ["Qwen3.5-9B", modelHeader(SWITCH), "auto", null],
  ["Qwen3.5-35B-A3B", modelHeader(SWITCH), "auto", null],
  ["Qwen3.5", modelHeader(SWITCH), "auto", null],
  ["Qwen3.5", label("4B"), "auto", "off"],
  ["Qwen3.5-4B", label("9.7B"), "auto", null],
  ["Qwen3.5", label("30B-A3B"), "auto", null],
  ["Qwen3.5", counted(4_000_000_000), "auto", "off"],
  ["Qwen3.5", counted(27_000_000_000), "auto", null],
  ["Qwen3-4B", modelHeader(SWITCH), "auto", null],
  ["Qwen3.5-4B", modelHeader(SWITCH), "on", "on"],
  ["Qwen3.5-27B", modelHeader(SWITCH), "off", "off"],
  ["own", modelHeader(SWITCH), "off", "off"],
  ["Qwen3.5-4B", modelHeader(), "auto", null],
  ["Qwen3.5-4B", modelHeader(), "off", null],
];

for (const [i, [name, header, thinking, expected]] of THINKING.entries()) {
  Deno.test(`defaultsOf() has ${name} with thinking ${thinking} at ${expected} (${i})`, () => {
    assertEquals(defaultsOf(model(name, header), settings({ thinking })).thinking, expected);
    if (thinking === "auto") {
      assertEquals(defaultsOf(model(name, header), null).thinking, expected);
    }
  });
}

Deno.test("defaultsOf() believes the settings where another template is used", () => {
  const told = settings({ thinking: "off", templateFile: "/t.jinja" });
  assertEquals(defaultsOf(model("own", modelHeader()), told).thinking, "off");
});

const always = () => true;

Deno.test("defaultArgs() has a flag for all that is said", () => {
  const sampling = {
    temperature: 0,
    top_p: 0.95,
    top_k: 20,
    min_p: 0.01,
    presence_penalty: -1.5,
    repeat_penalty: 1.05,
  };
  assertEquals(
    defaultArgs({ sampling, thinking: "off", family: null }, always).join(" "),
    "--temp 0 --top-p 0.95 --top-k 20 --min-p 0.01 --presence-penalty -1.5 " +
      "--repeat-penalty 1.05 --reasoning off",
  );
  assertEquals(defaultArgs({ sampling: {}, thinking: null, family: "qwen3" }, always), []);
});

Deno.test("defaultArgs() leaves out what llama-server does not know", () => {
  const all = { sampling: QWEN3, thinking: "off", family: null } as const;
  assertEquals(defaultArgs(all, () => false), []);
  assertEquals(defaultArgs(all, (flag) => flag === "--top-k"), ["--top-k", "20"]);
  const older = (flag: string) => flag === "--chat-template-kwargs";
  assertEquals(defaultArgs(all, older), [
    "--chat-template-kwargs",
    '{"enable_thinking":false}',
  ]);
  assertEquals(defaultArgs({ ...all, thinking: "on" }, older), []);
});
