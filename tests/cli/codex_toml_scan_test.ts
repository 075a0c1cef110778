import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { scanToml } from "../../src/cli/codex/toml_scan.ts";

/** Kind, path and value of every statement. */
function seen(text: string): [string, string, string][] {
  return scanToml(text).map(({ kind, path, valueStart, valueEnd }) => [
    kind,
    path.join("|"),
    text.slice(valueStart, valueEnd),
  ]);
}

Deno.test("scanToml() finds pairs with their tables, whatever the keys look like", () => {
  const text = `a = 1
"b.c" . 'd' = 2 # comment = 3
[ t . "u v" ]
x.y = true
[[list]]
"\\u0041" = 4`;
  assertEquals(seen(text), [
    ["pair", "a", "1"],
    ["pair", "b.c|d", "2"],
    ["table", "t|u v", ""],
    ["pair", "t|u v|x|y", "true"],
    ["array", "list", ""],
    ["pair", "list|A", "4"],
  ]);
});

Deno.test("scanToml() takes nothing inside a value for a statement", () => {
  const values = [
    '"""\n[table]\nkey = "x\\""""',
    "'''\n[table]\n'''''",
    '"a # b = [c]"',
    "'C:\\'",
    '[\n  1, # ] comment\n  "]", [2],\n]',
    '{ a = "}", b = { c = [ "{" ] } }',
    "1979-05-27 07:32:00Z",
    "+1_000.5e-3",
    '"""""quotes"""""',
  ];
  const text = values.map((value, index) => `k${index} = ${value} # end\n`).join("");
  assertEquals(seen(text), values.map((value, index) => ["pair", `k${index}`, value]));
});

Deno.test("scanToml() counts lines and gives whole lines, with any line ends and a mark", () => {
  const text = "\uFEFFa = 1\r\n\r\n# note\r\n b = [\r\n1]\r\n[t]";
  assertEquals(
    scanToml(text).map(({ line, start, end }) => [line, text.slice(start, end)]),
    [[1, "a = 1\r\n"], [4, "b = [\r\n1]\r\n"], [6, "[t]"]],
  );
});

const BROKEN: [string, string][] = [
  ["a = 1\nb", "line 2: expected ="],
  ["a =", "line 1: expected a value"],
  ["a = 1 2", "line 1: expected the end of the line"],
  ['a = "x\n', "line 1: a text has no end"],
  ['\na = """x\n', "line 2: a text has no end"],
  ["a = [1\n[t]\n", "line 3: expected a value"],
  ["a = [1}", "line 1: expected a value"],
  ["[t\n", "line 1: expected ]"],
  ["[[t]\n", "line 1: expected ]]"],
  ['"\\q" = 1', "line 1: expected a key"],
  ["= 1", "line 1: expected a key"],
];

for (const [text, reason] of BROKEN) {
  Deno.test(`scanToml() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => scanToml(text), SyntaxError).message, reason);
  });
}

Deno.test("scanToml() gives statements in order or a SyntaxError for any text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "a",
      "=",
      " ",
      "\n",
      '"',
      "'",
      '"""',
      "[",
      "]",
      "{",
      "}",
      ",",
      "#",
      ".",
      "\\",
      "1",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      try {
        let last = 0;
        for (const { start, end } of scanToml(text)) {
          assert(start >= last && end > start);
          last = end;
        }
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("scanToml() takes a megabyte of anything in its stride", () => {
  const hostile = ["[", '"', "a.", "#\n", "a=[", '"""\\', "[[", "a = 1\n", "a = {"];
  for (const piece of hostile) {
    const before = performance.now();
    try {
      scanToml(piece.repeat(1_000_000 / piece.length));
    } catch (error) {
      assert(error instanceof SyntaxError, `${piece}: ${error}`);
    }
    assert(performance.now() - before < 5_000, piece);
  }
});
