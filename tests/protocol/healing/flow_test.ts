/** How soon text passes, how much is held, and what it costs. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type TextHealer, textHealer } from "../../../src/protocol/healing/healer.ts";
import { cut, healed, TOOLS } from "./case.ts";

const MAX_HELD = 64 * 1024;

function newHealer(think = false): TextHealer {
  return textHealer({ tools: TOOLS, most: Infinity, think });
}

/** What a push gives back as text. */
function told(healer: TextHealer, part: string): string {
  return healer.push(part).map((piece) => piece.kind === "call" ? "" : piece.text).join("");
}

Deno.test("textHealer() passes prose at once, but for white space at the end of a push", () => {
  const word = fc.stringMatching(/^[ \n]{0,2}[a-zA-Z0-9.,;:!?"'()äß🎉-]{1,8}$/u);
  fc.assert(
    fc.property(fc.array(word), fc.boolean(), (words, think) => {
      const healer = newHealer(think);
      assertEquals(words.map((one) => told(healer, one)), words);
      assertEquals(healer.end(), []);
    }),
  );
});

Deno.test("textHealer() gives white space with what follows it", () => {
  const healer = newHealer();
  assertEquals(["a ", "\n", "\n", "b"].map((part) => told(healer, part)), ["a", "", "", " \n\nb"]);
  assertEquals(told(healer, "c\n"), "c");
  assertEquals(healer.end(), [{ kind: "text", text: "\n" }]);
});

Deno.test("textHealer() holds the beginning of a marker, and no more", () => {
  const parts = ["a<", "tool_", "x <b>", "[1", "]", "[TOOL_CALL", "!", "x<function=r", "m>y"];
  const wanted = ["a", "", "<tool_x <b>", "[1", "]", "", "[TOOL_CALL!", "x", "<function=rm>y"];
  const healer = newHealer();
  assertEquals(parts.map((part) => told(healer, part)), wanted);
});

Deno.test("textHealer() passes code and thinking at once", () => {
  const parts = [
    "```ts\n",
    "a<b",
    ">[\n",
    "<tool_call>",
    "{",
    "\n```",
    "\nAnd `",
    "<tool_call>",
    "`",
  ];
  const healer = newHealer();
  assertEquals(parts.map((part) => told(healer, part)), parts);
  const thinking = newHealer(true);
  const thoughts = ["<think>", "a", " b", " <tool", "_call>"];
  assertEquals(thoughts.map((part) => told(thinking, part)), ["", "a", " b", " <tool", "_call>"]);
});

Deno.test("textHealer() lets go of a JSON answer at its first other member", () => {
  const healer = newHealer();
  const parts = ['{"', "answer", '": 4', "2}"];
  assertEquals(parts.map((part) => told(healer, part)), ["", "", '{"answer": 4', "2}"]);
  const other = newHealer();
  assertEquals(['{"name": "Ada', '", ', '"x"'].map((part) => told(other, part)), [
    "",
    '{"name": "Ada",',
    ' "x"',
  ]);
});

Deno.test("textHealer() gives a call as soon as it is whole", () => {
  const healer = newHealer();
  healer.push('<tool_call>{"name":"list"');
  assertEquals(healer.push("}"), [{ kind: "call", name: "list", arguments: "{}" }]);
  assertEquals(healer.push("\n</tool_call>\n"), []);
});

/** What opens something and keeps it open, and the parts that follow. */
const ENDLESS: Readonly<Record<string, [string, string]>> = {
  "a JSON call": ['<tool_call>{"name":"list","arguments":{"a":"', "word "],
  "an XML value": ["<function=shell><parameter=command>", "wo<d "],
  "tags in an XML value": [
    "<tool_call><function=write><parameter=content>",
    "</parameter></function>x",
  ],
  "a GLM value": ["<tool_call>shell<arg_key>command</arg_key><arg_value>", "</arg_value>x"],
  "a bare object": ['{"name":"list","arguments":[', "1,"],
  "nested brackets": ['<tool_call>{"name":"list","arguments":', "["],
  "a Gemma text": ['<|tool_call>call:list{a:<|"|>', '<|"|'],
  "markers": ["", "<tool_call>"],
  "open functions": ["", "<function=shell><parameter=command>"],
  "angle brackets": ["", "<"],
  "brackets": ["", "[TOOL_"],
  "white space": ["a", " \n"],
  "backticks": ["", "``a"],
  "a fence": ["```\n", "\n``"],
  "inline code": ["`", "a``"],
  "thinking": ["<think>", " </"],
  "undeclared calls": ["", '<tool_call>{"name":"rm","arguments":{"a":"b"}}</tool_call>'],
  "calls": ["", '<tool_call>{"name":"list"}</tool_call>'],
};

for (const [name, [opening, part]] of Object.entries(ENDLESS)) {
  Deno.test(`textHealer() reads 1 MB of ${name} in linear time, and holds 64 KiB at most`, () => {
    const healer = newHealer(name === "thinking");
    const began = performance.now();
    let held = opening.length - told(healer, opening).length;
    let most = held;
    for (let read = 0; read < 1_000_000; read += part.length) {
      const pieces = healer.push(part);
      held += part.length;
      for (const piece of pieces) held = piece.kind === "call" ? 0 : held - piece.text.length;
      most = Math.max(most, held);
    }
    healer.end();
    assert(performance.now() - began < 20_000);
    if (name !== "thinking" && name !== "calls") assert(most <= MAX_HELD + part.length, `${most}`);
  });
}

Deno.test("textHealer() reads a long text in one push as it reads it in parts", () => {
  for (const [opening, part] of Object.values(ENDLESS)) {
    const text = opening + part.repeat(100_000 / part.length);
    assertEquals(healed([text]), healed(cut(text, [997, 1, 3])));
  }
});
