import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { textHealer } from "../../../src/protocol/healing/healer.ts";
import { type Case, cut, healed, joined, TOOLS } from "./case.ts";
import { DEEPSEEK, HERMES, KIMI_AND_HARMONY, LLAMA, MISTRAL } from "./json_cases.ts";
import { PLAIN_TEXTS } from "./plain_texts.ts";
import { GEMMA, GLM, XML } from "./tag_cases.ts";
import { RULES, THINK, TOO_LONG } from "./think_cases.ts";

const FORMATS = { HERMES, LLAMA, MISTRAL, DEEPSEEK, KIMI_AND_HARMONY, XML, GLM, GEMMA };

const PLAIN: readonly Case[] = [...PLAIN_TEXTS, ...TOO_LONG].map((text) => ({
  name: text.slice(0, 100),
  text,
  pieces: text === "" ? [] : [text],
}));

const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });

/** Whole, unit by unit, and cut anywhere: the answer may not depend on it. */
function check({ name, text, pieces, options }: Case): void {
  assertEquals([name, healed([text], options)], [name, pieces]);
  assertEquals([name, healed(cut(text, [1]), options)], [name, pieces]);
  fc.assert(
    fc.property(sizes, (some) => assertEquals(healed(cut(text, some), options), pieces)),
    { numRuns: text.length > 2000 ? 2 : 20 },
  );
}

for (const [format, cases] of Object.entries(FORMATS)) {
  Deno.test(`textHealer() finds the calls of ${format.toLowerCase()}`, () => cases.forEach(check));
}

Deno.test("textHealer() takes think tags for reasoning at the beginning", () =>
  THINK.forEach(check));

Deno.test("textHealer() keeps to the number of calls, and discards them", () =>
  RULES.forEach(check));

Deno.test("textHealer() gives back byte for byte what is no call", () => PLAIN.forEach(check));

Deno.test("the corpus is as large as it has to be", () => {
  const cases = [...Object.values(FORMATS), THINK, RULES].flat();
  assert(cases.length + PLAIN.length >= 100);
  assert(PLAIN.length >= 35);
});

/** Pieces of markup and text, whose mixtures nobody thought of. */
const fragment = fc.constantFrom(
  ..."<tool_call>,</tool_call>,<function=shell>,<function=rm>,<parameter=command>,</parameter>"
    .split(","),
  ..."</function>,[TOOL_CALLS],shell,<arg_key>,</arg_key>,<arg_value>,</arg_value>,<|tool_call>"
    .split(","),
  ..."<|python_tag|>,<think>,</think>,`,```,~~~,```json,<|channel|>,<|message|>, ,\n,\n\n,x,<,["
    .split(","),
  '{"name":"shell","arguments":{"command":"ls"}}',
  '{"name":"list","arguments":',
  "{}",
  '{"a":"',
  "call:list{a:1}",
  "<｜tool▁call▁begin｜>list<｜tool▁sep｜>{}",
  "<|tool_call_begin|>list<|tool_call_argument_begin|>{}<|tool_call_end|>",
  "to=shell",
);

const mixture = fc.array(fc.oneof(fragment, fc.string({ unit: "binary", maxLength: 4 })), {
  maxLength: 25,
}).map((parts) => parts.join(""));

const choices = fc.record({
  think: fc.boolean(),
  discard: fc.boolean(),
  most: fc.constantFrom(1, 2, Infinity),
});

/** Parts of the corpus in any order: what one leaves open, the next one meets. */
const collage = fc.array(
  fc.tuple(
    fc.constantFrom(...[...Object.values(FORMATS), THINK, PLAIN].flat().map(({ text }) => text)),
    fc.nat(200),
    fc.option(fc.nat(200)),
  ).map(([text, from, to]) => text.slice(to === null ? 0 : from % 50, to ?? undefined)),
  { maxLength: 6 },
).map((parts) => parts.join("").slice(0, 2000));

Deno.test("textHealer() tells the same of a text wherever it is cut", () => {
  fc.assert(
    fc.property(fc.oneof(mixture, collage), sizes, choices, (text, some, options) => {
      const whole = healed([text], options);
      assertEquals(healed(cut(text, [1]), options), whole);
      assertEquals(healed(cut(text, some), options), whole);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("textHealer() changes nothing where no tool is declared", () => {
  fc.assert(
    fc.property(fc.oneof(mixture, collage), sizes, (text, some) => {
      assertEquals(healed(cut(text, some), { tools: new Map() }), text === "" ? [] : [text]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("textHealer() gives arguments that are objects, to declared tools", () => {
  fc.assert(
    fc.property(mixture, (text) => {
      for (const piece of healed([text])) {
        if (typeof piece === "string" || !("call" in piece)) continue;
        assert(TOOLS.has(piece.call));
        assertEquals(Object.prototype.toString.call(JSON.parse(piece.args)), "[object Object]");
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("sleep() gives back what is held, and lets further text pass", () => {
  const call = '<tool_call>{"name":"list"}</tool_call>';
  fc.assert(
    fc.property(mixture, sizes, (text, some) => {
      const healer = textHealer({ tools: new Map(), most: 1, think: false });
      const before = cut(text, some).flatMap((part) => healer.push(part));
      const behind = [...healer.sleep(), ...healer.push(call), ...healer.end(), ...healer.sleep()];
      assertEquals(joined([...before, ...behind]), [text + call]);
    }),
  );
  const thinking = textHealer({ tools: TOOLS, most: 1, think: true });
  const told = [...thinking.push("<think>a </th"), ...thinking.sleep(), ...thinking.push("b")];
  assertEquals(joined(told), [{ think: "a </th" }, "b"]);
});

Deno.test("sleep() makes no call of one that was cut", () => {
  const text = "<function=shell><parameter=command>rm -rf /tmp";
  const healer = textHealer({ tools: TOOLS, most: 1, think: false });
  assertEquals(joined([...healer.push(text), ...healer.sleep()]), [text]);
});
