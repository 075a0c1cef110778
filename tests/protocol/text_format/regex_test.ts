import { assertEquals } from "@std/assert";
import { textFormat, workForExamples } from "../../../src/protocol/text_format/text_format.ts";

function regex(definition: string) {
  return textFormat({ type: "grammar", syntax: "regex", definition });
}

/** Pattern, texts that fit as a whole, texts that do not. */
const PATTERNS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["", [""], ["a"]],
  ["abc", ["abc"], ["", "ab", "abcd", "ABC"]],
  ["a|bc|", ["a", "bc", ""], ["b", "abc"]],
  ["ab*c", ["ac", "abbbc"], ["ab", "bc"]],
  ["ab+?c", ["abc", "abbc"], ["ac"]],
  ["colou?r", ["color", "colour"], ["colouur"]],
  ["a{2}", ["aa"], ["a", "aaa"]],
  ["a{2,}", ["aa", "aaaaa"], ["a"]],
  ["a{1,3}b{,2}", ["a", "aaabb"], ["aaaa", "abbb", ""]],
  ["a{x}{", ["a{x}{"], ["ax"]],
  ["(ab)+(?:c|d)(?P<n>e)(?<m>f)", ["ababcef", "abdef"], ["abef"]],
  [".", ["a", "\r", "😀", "é"], ["\n", "", "ab"]],
  ["(?s).(?-s).", ["\na"], ["a\n"]],
  ["(?i)straße K", ["STRAßE k", "strasse k".replace("ss", "ß")], ["strasse k"]],
  ["a(?i:b)c", ["abc", "aBc"], ["ABC", "abC"]],
  ["(?i)[a-c]é[^x]", ["BÉz"], ["bÉX"]],
  ["(?:(?i)a)b", ["Ab"], ["AB"]],
  ["(?x) a b # words\n c", ["abc"], ["a b c"]],
  ["(?x)a\\ [ ]", ["a  "], ["a"]],
  ["[abc]+", ["cab"], ["d", ""]],
  ["[^abc]", ["d", "\n", "😀"], ["a", ""]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[^]a]", ["b"], ["]", "a"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["[+--]", ["+", ",", "-"], ["."]],
  ["[\\]\\\\\\-]", ["]", "\\", "-"], ["a"]],
  ["[\\d\\s]", ["7", " ", "٣"], ["a"]],
  ["[^\\W\\d]+", ["a_é"], ["a1", "-"]],
  ["[☀-☎😀-😂]", ["☃", "😁"], ["x", "😃", "\ud83d"]],
  ["\\w+\\W\\D\\S", ["né_1 aé"], ["né_1 a "]],
  ["\\p{L}\\pN\\P{Lu}", ["é½x"], ["é½X", "1aa"]],
  ["\\n\\r\\t\\f\\v\\.\\/\\-\\\\", ["\n\r\t\f\v./-\\"], [""]],
  ["\\x41\\x{1F600}\\u0042\\u{43}\\U00000044", ["A😀BCD"], ["x41"]],
  ["^\\Aab\\z$", ["ab"], ["ab\n"]],
  ["a^b|a$b", [], ["ab"]],
  ["(?m)^a$\\n^b$", ["a\nb"], ["a\nc"]],
  ["a\\b b\\Bc", ["a bc"], ["ab"]],
  ["\\w+\\b\\w+", [], ["ab"]],
];

Deno.test("`textFormat()` compares a whole text with a regular expression", () => {
  for (const [definition, fitting, others] of PATTERNS) {
    const format = regex(definition);
    const found = [...fitting, ...others].map((text) => [definition, text, format.verdict(text)]);
    assertEquals(found, [
      ...fitting.map((text) => [definition, text, "fits"]),
      ...others.map((text) => [definition, text, "misfits"]),
    ]);
  }
});

Deno.test("`textFormat()` agrees with RegExp on expressions that both know", () => {
  const alphabet = ["", "a", "b", "ab", "ba", "aab", "abb", "bab", "aabb", "abab", "bbb", "aaaaaa"];
  const atoms = ["a", "b", ".", "[ab]", "[^a]", "(?:ab)", "(a|b)", "(?:a|)", "(?:ba|a)"];
  const counts = ["", "*", "+", "?", "{2}", "{0,1}", "{1,}", "*?"];
  for (const first of atoms) {
    for (const second of atoms) {
      for (const count of counts) {
        const definition = `(?:${first}${count}${second})${count}`;
        const host = new RegExp(`^(?:${definition})$`, "u");
        const format = regex(definition);
        for (const text of alphabet) {
          assertEquals(
            [definition, text, format.verdict(text)],
            [definition, text, host.test(text) ? "fits" : "misfits"],
          );
        }
      }
    }
  }
});

Deno.test("`textFormat()` knows nothing of expressions that it cannot read", () => {
  const definitions = [
    "(",
    ")",
    "(a",
    "a)",
    "[a",
    "[",
    "*a",
    "a|+",
    "a{3,2}",
    "a{999999}",
    "a*+",
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "(?<!a)b",
    "(?>a)",
    "(a)\\1",
    "(?P<n>a)(?P=n)",
    "\\k<n>",
    "\\G",
    "\\",
    "\\p{Greek}",
    "\\p",
    "\\x",
    "\\u12",
    "\\u{110000}",
    "[z-a]",
    "[[:alpha:]]",
    "[a&&b]",
    "(?q)a",
    "(?i",
    "(".repeat(60_000),
    "(?:".repeat(100) + ")".repeat(100),
    "x".repeat(70_000),
    "((a{1000}){1000}){1000}",
    "((){9999}){9999}",
  ];
  for (const definition of definitions) {
    assertEquals([definition, regex(definition).verdict("a")], [definition, "unknown"]);
    assertEquals(regex(definition).example(workForExamples()), null);
  }
});

Deno.test("`example()` derives a short text that a regular expression describes", () => {
  assertEquals(regex("[A-Z]{3}-\\d+(?:x|yy)?").example(workForExamples()), "AAA-1");
  assertEquals(regex("\\s\\S[^a]é").example(workForExamples()), " a1é");
  assertEquals(regex("(?:long|s)+").example(workForExamples()), "s");
  assertEquals(regex("").example(workForExamples()), "");
  assertEquals(regex("a{9999}").example(workForExamples()), null);
  assertEquals(regex("a\\bb").example(workForExamples()), null);
  assertEquals(regex("[\\x00-\\x01]").example(workForExamples()), null);
});
