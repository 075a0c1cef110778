import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  textFormat,
  workFor,
  workForExamples,
} from "../../../src/protocol/text_format/text_format.ts";
import { applyPatch, exec } from "../codex_tools.ts";

const grammar = (syntax: string, definition: unknown) =>
  textFormat({ type: "grammar", syntax, definition });

Deno.test("`textFormat()` takes any text where no format is given", () => {
  for (const format of [undefined, null, { type: "text" }]) {
    assertEquals(textFormat(format).verdict("anything\0"), "fits");
    assertEquals(textFormat(format).example(workForExamples()), null);
    assertEquals(textFormat(format).syntax, null);
  }
});

Deno.test("`textFormat()` knows nothing of formats of another shape", () => {
  const formats = [1, "text", [], {}, { type: "json" }, { type: "grammar" }];
  for (const format of formats) assertEquals(textFormat(format).verdict(""), "unknown");
  for (const [syntax, definition] of [["lark", 1], ["ebnf", "a"], ["regex", null]] as const) {
    assertEquals(grammar(syntax, definition).verdict(""), "unknown");
  }
});

Deno.test("`textFormat()` keeps the definition as it was written", () => {
  const { syntax, definition } = textFormat(exec.format);
  assertEquals([syntax, definition], ["lark", exec.format.definition]);
});

/** Definitions that make other engines run for years, with texts that show it. */
const HOSTILE: readonly (readonly ["regex" | "lark", string, string])[] = [
  ["regex", "(a*)*b", "a".repeat(200_000)],
  ["regex", "((((a*)*)*)*)*b", "a".repeat(200_000)],
  ["regex", "(a|a)*b", "a".repeat(200_000)],
  ["regex", "(?:a?){3000}a{3000}", "a".repeat(3_000)],
  ["regex", "[^]*a[^]{5000}".replaceAll("[^]", "[\\s\\S]"), "a".repeat(100_000)],
  ["regex", "(?:.*,){1000}", ",".repeat(100_000)],
  ["regex", Array.from({ length: 9_000 }, (_, i) => `a${i}`).join("|"), "a9".repeat(50_000)],
  ["regex", `[${"☀☃".repeat(20_000)}]*`, "☀".repeat(300_000)],
  ["regex", "(?i)" + "é".repeat(15_000), "É".repeat(15_000)],
  ["regex", "\\pL".repeat(15_000), "é".repeat(15_000)],
  ["regex", "(?:\\b|\\B|a)*", "a-".repeat(100_000)],
  ["lark", "start: start start | /a/", "a".repeat(3_000)],
  ["lark", "start: start start start | /a/ |", "a".repeat(3_000)],
  ["lark", 'start: "(" start ")" |', "(".repeat(300_000)],
  ["lark", 'start: a start | a\na: /.*/ "\\n"', "x\n".repeat(200_000)],
  ["lark", "start: a*\na: b*\nb: a* | /x/", "x".repeat(100_000)],
  [
    "lark",
    "start: r0\n" + Array.from({ length: 4_000 }, (_, i) => `r${i}: r${i + 1} |`).join("\n") +
    "\nr4000: /x/",
    "x",
  ],
  [
    "lark",
    "start: r0\n" +
    Array.from({ length: 1_000 }, (_, i) => `r${i}: r${i + 1} r${i + 1}`).join("\n") +
    '\nr1000: "x"',
    "x".repeat(100_000),
  ],
  ["lark", 'start: "x"\n%ignore /.*/', "\n x".repeat(50_000)],
];

Deno.test("`textFormat()` bounds its time, whatever the definition", () => {
  for (const [syntax, definition, text] of HOSTILE) {
    const begin = Date.now();
    const format = grammar(syntax, definition);
    const verdict = format.verdict(text);
    format.example(workForExamples());
    const spent = Date.now() - begin;
    assert(["fits", "misfits", "unknown"].includes(verdict));
    // Generous: about 0.3 s for the worst of them on a slow machine.
    assert(spent < 5_000, `${definition.slice(0, 40)}: ${spent} ms`);
  }
});

Deno.test("`verdict()` takes from the work that it is given, and stops at its end", () => {
  const format = grammar("regex", "(a|b)*");
  const work = workFor(0);
  const before = work.left;
  assertEquals(format.verdict("abab", work), "fits");
  assert(work.left < before);
  work.left = 10;
  assertEquals(format.verdict("ab".repeat(10_000), work), "unknown");
  assertEquals(format.verdict("", { left: 0 }), "unknown");
});

Deno.test("`textFormat()` throws at nothing", () => {
  const words = fc.array(
    fc.constantFrom(
      ..."start: | ? * + ( ) [ ] ~ .. -> %import %ignore common ., a A /a+/ {2} \\ ^ $ # // (?i)"
        .split(" "),
      '"x"',
      "\n",
      "\n",
      " ",
    ),
    { maxLength: 40 },
  ).map((parts) => parts.join(""));
  const definitions = fc.oneof(words, fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(
      fc.constantFrom("lark", "regex"),
      fc.oneof(definitions, definitions.map((body) => `start: ${body}`)),
      fc.string({ unit: "binary" }),
      (syntax, definition, text) => {
        const format = grammar(syntax, definition);
        format.verdict(text);
        const example = format.example(workForExamples());
        if (example !== null) assertEquals(format.verdict(example), "fits");
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("`verdict()` reads a patch of several megabytes", () => {
  const format = textFormat(applyPatch.format);
  const change = "@@ def f():\n-  some text of a line that has an ordinary length\n+x\n y\n";
  const patch = `*** Begin Patch\n*** Update File: a\n${change.repeat(50_000)}*** End Patch\n`;
  const begin = Date.now();
  assertEquals(format.verdict(patch), "fits");
  assertEquals(format.verdict(`${patch}\n`), "misfits");
  assertEquals(
    format.verdict("*** Begin Patch\n*** Add File: a\n" + "+\n".repeat(1_000_000)),
    "misfits",
  );
  assert(Date.now() - begin < 10_000);
});
