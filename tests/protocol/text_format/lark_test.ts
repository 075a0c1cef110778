import { assertEquals } from "@std/assert";
import { textFormat, workForExamples } from "../../../src/protocol/text_format/text_format.ts";
import { applyPatch, exec } from "../codex_tools.ts";

function lark(definition: string) {
  return textFormat({ type: "grammar", syntax: "lark", definition });
}

/** Grammar, texts that fit as a whole, texts that do not. */
const GRAMMARS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['start: "a"', ["a"], ["", "A", "aa"]],
  ['start: "a"i "ß"i', ["Aß"], ["ass"]],
  ['start: "a" "b"? ("c" | "d")* ["e"]', ["a", "abcdce"], ["b", "ae e"]],
  ['start: "a"+ "b" ~ 2 "c" ~ 1..3', ["abbc", "aabbccc"], ["abc", "abbcccc"]],
  ['start: a | b\na: "x"\n  | "y" -> why\n\nb: "z"', ["x", "y", "z"], ["", "xy"]],
  ["start:\nother:", [""], ["a"]],
  ['start: (a | ) "b"\na: "a"', ["ab", "b"], ["a"]],
  ['?start: !a\n!a: "x"\n?b: "y"'.replace("!a\n", "a\n"), ["x"], ["y"]],
  ['start: "a"?\n?other: "b"', ["", "a"], ["b"]],
  ['start: A B\nA.2: "x"\nB.-1: /y+/i', ["xy", "xYY"], ["x"]],
  ['// first\nstart: "a" // why\n# also\n  "b"', ["ab"], ["a"]],
  ['start: "a".."f" "0".."9"', ["c7"], ["g1", "ca"]],
  ['start: "\\"\\\\\\n\\t\\x41\\u00e9\\U0000004a\\d"', ['"\\\n\tAéJ\\d'], [""]],
  ['start: "//" /a\\/b[#]/', ["//a/b#"], ["//ab#"]],
  ["start: /a./s /b/m /c d/x", ["a\nbcd"], ["a\nbc d"]],
  ['start: "(" start ")" | "x"', ["x", "((x))"], ["((x)", "x)"]],
  ['start: start "+" n | n\nn: /\\d+/', ["1", "1+22+3"], ["+1", "1+"]],
  ['start: line start | line\nline: /[a-z]+/ "\\n"', ["a\nbc\n"], ["a\nb"]],
  ['start: a a\na: b*\nb: "x" | c\nc: ', ["", "xxx"], ["y"]],
  ['start: a\na: a "x" | b\nb: a', [], ["x", ""]],
  ["start: WORD\n%import common.WORD", ["abc"], ["a1"]],
  ["start: N\n%import common.NUMBER -> N", ["1", "1.5e-3", ".5"], ["-1", "e"]],
  [
    "%import common (CNAME, INT, WS_INLINE)\nstart: CNAME WS_INLINE INT",
    ["_a1 \t42"],
    ["1a 4", "a 4b"],
  ],
  ["start: ESCAPED_STRING\n%import common.ESCAPED_STRING", ['"a\\"b"', '""'], ['"a"b"', '"a\\"']],
  ["start: C_COMMENT\n%import common.C_COMMENT", ["/* a * / **/", "/**/"], ["/* */ */", "/*/"]],
  ["start: SIGNED_FLOAT\n%import common.SIGNED_FLOAT", ["-1.5", "2e9"], ["2", "-"]],
  ['start: "a" b\nb: "b" "c"\n%ignore " "', ["abc", " a  b c "], ["a b", "a\tbc"]],
  ['start: X\nX: "a" "b"\n%ignore /\\s/\n%ignore ","', ["ab", ", ab\n"], ["a b"]],
];

Deno.test("`textFormat()` compares a whole text with a Lark grammar", () => {
  for (const [definition, fitting, others] of GRAMMARS) {
    const format = lark(definition);
    const found = [...fitting, ...others].map((text) => [definition, text, format.verdict(text)]);
    assertEquals(found, [
      ...fitting.map((text) => [definition, text, "fits"]),
      ...others.map((text) => [definition, text, "misfits"]),
    ]);
  }
});

Deno.test("`textFormat()` knows nothing of grammars that it cannot read", () => {
  const definitions = [
    "",
    'begin: "a"',
    "start: missing",
    "start: MISSING",
    'start: "a',
    "start: /a",
    'start: "a" )',
    'start: ("a"',
    'start: ["a"',
    'start: "a" ~',
    'start: "a" ~ 3..1',
    "start: *",
    "start start",
    'start: "a"\nstart: "b"',
    'start{x}: x\nother: start{"a"}',
    'start: /(?<!a)b/\nother: "c"',
    'start: /(a)\\1/\nother: "c"',
    'start: "ab".."c"',
    'start: "z".."a"',
    "start: A\n%import common.NOTHING_LIKE_IT",
    "start: A\n%import python.A",
    "start: A\n%import .local.A",
    "start: A\n%declare A",
    '%override start: "a"',
    'start: %json {"type":"object"}',
    'start[lazy]: "a"',
    "start: <|im_end|>",
    "start: \\",
    `start: ${"(".repeat(60_000)}`,
    `start: ${'"a" ~ 9999 '.repeat(9)}`,
    `start: a\n${'a: ("x" | a b)\nb: a\n'.repeat(5_000)}`,
  ];
  for (const definition of definitions) {
    assertEquals([definition, lark(definition).verdict("a")], [definition, "unknown"]);
    assertEquals(lark(definition).example(workForExamples()), null);
  }
});

Deno.test("`textFormat()` reads the grammar of Codex's apply_patch", () => {
  const format = textFormat(applyPatch.format);
  const patch = "*** Begin Patch\n*** Add File: a b.txt\n+one\n+\n*** Update File: x\n" +
    "*** Move to: y\n@@\n-a\n+b\n@@ def f():\n c\n*** End of File\n*** Delete File: é\n" +
    "*** End Patch";
  assertEquals(format.verdict(patch), "fits");
  assertEquals(format.verdict(`${patch}\n`), "fits");
  assertEquals(
    format.example(workForExamples()),
    "*** Begin Patch\n*** Delete File: a\n*** End Patch",
  );
  const broken = [
    "",
    `${patch}\n\n`,
    ` ${patch}`,
    patch.replace("*** End Patch", ""),
    patch.replace("*** Begin Patch\n", ""),
    patch.replace("+one", "one"),
    patch.replace(" c\n", "c\n"),
    patch.replaceAll("\n", "\r\n"),
    "*** Begin Patch\n*** End Patch",
  ];
  for (const text of broken) assertEquals([text, format.verdict(text)], [text, "misfits"]);
});

Deno.test("`textFormat()` reads the grammar of Codex's exec", () => {
  const format = textFormat(exec.format);
  assertEquals(format.verdict('text("hi")'), "fits");
  assertEquals(format.verdict('// @exec: {"yield_time_ms": 1}\r\ntext(1)\n'), "fits");
  assertEquals(format.verdict(""), "misfits");
  assertEquals(format.example(workForExamples()), "a");
});
