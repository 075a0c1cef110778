import { assertEquals } from "@std/assert";
import { didYouMean } from "../../src/config/suggest.ts";

const KNOWN = ["host", "port", "log_level", "log_format", "limits.body_mb", "timeouts.stall"];

const CASES: [string, string][] = [
  ["prot", " (did you mean port?)"],
  ["hots", " (did you mean host?)"],
  ["loglevel", " (did you mean log_level?)"],
  ["log-format", " (did you mean log_format?)"],
  ["body_mb", " (did you mean limits.body_mb?)"],
  ["limits.stall", " (did you mean timeouts.stall?)"],
  ["limits.bodymb", " (did you mean limits.body_mb?)"],
  ["temperature", ""],
  ["foo", ""],
  ["", ""],
  ["x".repeat(100_000), ""],
];

for (const [word, expected] of CASES) {
  Deno.test(`didYouMean() answers ${expected || "nothing"} to ${word.slice(0, 20)}`, () => {
    assertEquals(didYouMean(word, KNOWN), expected);
  });
}

Deno.test("didYouMean() has nothing to suggest where nothing is known", () => {
  assertEquals(didYouMean("port", []), "");
});
