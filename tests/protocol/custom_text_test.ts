import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { finishCustomText } from "../../src/protocol/custom_text.ts";
import { textFormat } from "../../src/protocol/text_format/text_format.ts";
import { applyPatch, exec } from "./codex_tools.ts";
import { LEFT, PATCH, REPAIRED, WRAPPED } from "./custom_text_cases.ts";

const patchTool = { name: "apply_patch", format: textFormat(applyPatch.format) };
const execTool = { name: "exec", format: textFormat(exec.format) };

function tool(syntax: "lark" | "regex", definition: string, name = "run") {
  return { name, format: textFormat({ type: "grammar", syntax, definition }) };
}

for (const [kind, cases] of Object.entries({ unwraps: WRAPPED, repairs: REPAIRED })) {
  Deno.test(`\`finishCustomText()\` ${kind} what was meant as a patch`, () => {
    for (const [name, raw, expected] of cases) {
      const finished = finishCustomText(raw, patchTool);
      assertEquals([name, finished], [name, expected]);
      assertEquals([name, patchTool.format.verdict(finished)], [name, "fits"]);
    }
  });
}

Deno.test("`finishCustomText()` leaves texts alone that could mean several things, or none", () => {
  for (const [name, raw] of LEFT) {
    const finished = finishCustomText(raw, patchTool);
    assertEquals([name, finished], [name, raw]);
  }
});

Deno.test("`finishCustomText()` never changes a text that fits", () => {
  for (const [, , text] of [...WRAPPED, ...REPAIRED]) {
    assertEquals(finishCustomText(text, patchTool), text);
  }
  const numbered = PATCH.replace("@@ def main():", "@@ -1,3 +1,4 @@");
  assertEquals(finishCustomText(numbered, patchTool), numbered);
  for (const text of ['{"input":"text(1)"}', "```js\ntext(1)\n```", '"text(1)"', "\n"]) {
    assertEquals(finishCustomText(text, execTool), text);
    const anything = { name: "note", format: textFormat(undefined) };
    assertEquals(finishCustomText(text, anything), text);
  }
});

Deno.test("`finishCustomText()` reads texts of any other format too", () => {
  const query = tool("lark", 'start: "SELECT " /[^;{}`]+/ ";"', "sql");
  const expected = "SELECT 'a', \"b\" FROM t;";
  const raws = [
    JSON.stringify({ query: expected }),
    JSON.stringify({ input: expected }),
    "```sql\n" + expected + "\n```",
    "The query:\n```\n" + expected + "\n```\nIt selects a and b.",
    ` ${expected}\n`,
    `sql(${JSON.stringify(expected)})`,
    `sql <<'END'\n${expected}\nEND`,
  ];
  for (const raw of raws) assertEquals(finishCustomText(raw, query), expected);
  assertEquals(finishCustomText("1", tool("regex", "\\d+\\n")), "1\n");
});

Deno.test("`finishCustomText()` unwraps without a known format what can be nothing but a wrapper", () => {
  const unknown = tool("regex", "(?=a)b");
  const cases = [
    ['{"input":"a"}', "a"],
    ["```\na\n```", "a"],
    ['{"input":"```js\\na\\n```"}', "a"],
    ['{"input":"a","b":1}', null],
    ['{"patch":"a"}', null],
    ['"a"', null],
    ["say\n```\na\n```", null],
    ["```\na\n```\n```\nb\n```", null],
    ["run 'a'", null],
    [" a ", null],
  ] as const;
  for (const [raw, expected] of cases) {
    assertEquals(finishCustomText(raw, unknown), expected ?? raw);
  }
});

Deno.test("`finishCustomText()` unwraps a patch that no repair makes fit", () => {
  const broken = "*** Begin Patch\n*** Rename File: a\n*** End Patch";
  for (
    const raw of [JSON.stringify({ cmd: ["apply_patch", broken] }), `\`\`\`\n${broken}\n\`\`\``]
  ) {
    assertEquals(finishCustomText(raw, patchTool), broken);
  }
});

/** Parts of patches and their wrappers, in any order. */
const shreds = fc.array(
  fc.constantFrom(
    ..."*** Begin Patch|*** End Patch|*** Add File: a|*** Update File: b|*** Delete File: c".split(
      "|",
    ),
    ..."*** Move to: d|*** End of File|--- a/b|+++ b/b|@@|@@ -1 +1 @@|+x|-y| z|w||  |EOF|```".split(
      "|",
    ),
    ...'```diff|apply_patch <<EOF|bash -lc "|"|\'|{"input":"|"}|["apply_patch",|\\n|\r'.split("|"),
  ),
  { maxLength: 14 },
).chain((parts) => fc.constantFrom("\n", "\\n", "\r\n", "").map((end) => parts.join(end)));

Deno.test("`finishCustomText()` throws at nothing, and is settled at once", () => {
  const texts = fc.oneof(shreds, shreds.map((text) => JSON.stringify({ input: text })), fc.json());
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: "binary" })), (raw) => {
      for (const tool of [patchTool, execTool]) {
        const text = finishCustomText(raw, tool);
        if (tool.format.verdict(raw) === "fits") assertEquals(text, raw);
        if (tool.format.verdict(text) === "fits") assertEquals(finishCustomText(text, tool), text);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("`finishCustomText()` adds and removes markup, never letters or figures", () => {
  const words = (text: string) =>
    text.replace(/\*\*\* (?:Begin|End) Patch/g, "").match(/\w+/g) ?? [];
  const patches = fc.array(
    fc.constantFrom("*** Add File: a", "*** Update File: b", "+x1", "-y2", " z3", "w4", "", "@@ f"),
    { minLength: 1, maxLength: 12 },
  ).map((lines) => ["*** Update File: first", ...lines].join("\n"));
  fc.assert(fc.property(patches, (raw) => {
    assertEquals(words(finishCustomText(raw, patchTool)), words(raw));
  }));
});

Deno.test("`finishCustomText()` takes long texts in reasonable time", () => {
  const lines = "some text of a line that has an ordinary length\n".repeat(20_000);
  const added = `*** Begin Patch\n*** Add File: a\n${lines}`;
  const raws = [
    added,
    JSON.stringify({ input: added }),
    "```\n" + added + "```\n",
    lines,
    ...["`", "{", "[", " ", "```\n", "\\n", "*** Begin Patch\n"].map((part) =>
      part.repeat(200_000)
    ),
    ..."*** Add File: a\n|--- a\n+++ a\n@@\n".split("|").map((part) => part.repeat(40_000)),
    "~".repeat(1_000_000) + "`",
    "``` " + " ".repeat(1_000_000) + "`",
    '{"input":"' + "\\".repeat(1_000_001),
    '"' + "\\n".repeat(200_000),
    "apply_patch '" + "'\\''".repeat(200_000),
    "apply_patch <<EOF\n" + "EOF \n".repeat(200_000),
    "*** Update File: a\n" + "\n".repeat(200_000) + "x",
  ];
  for (const raw of raws) {
    const begin = Date.now();
    finishCustomText(raw, patchTool);
    const spent = Date.now() - begin;
    // Generous: anything quadratic takes minutes.
    assert(spent < 10_000, `${raw.slice(0, 40)}: ${spent} ms`);
  }
  assertEquals(patchTool.format.verdict(finishCustomText(added, patchTool)), "fits");
});
