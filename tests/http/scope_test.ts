import { assert, assertEquals } from "@std/assert";
import { requestScope } from "../../src/http/scope.ts";
import { ApiError } from "../../src/protocol/error.ts";
import type { Facts } from "../../src/log.ts";

function scopeWithLog(path = "/v1/responses") {
  const lines: [level: string, sentence: string, facts: Facts][] = [];
  const at = (level: string) => (sentence: string, facts: Facts = {}) =>
    void lines.push([level, sentence, facts]);
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return {
    lines,
    scope: requestScope({ id: "req_1", method: "POST", path, log, onEnd: () => {} }),
  };
}

Deno.test("requestScope() logs one line, with what it was told", () => {
  const { lines, scope } = scopeWithLog();
  scope.tell({ model: "tiny", stream: true });
  scope.tell({ output_tokens: 7 });
  scope.end("complete", 200);
  scope.end("failed", 500);
  assertEquals(lines.length, 1);
  const [level, sentence, facts] = lines[0] ?? ["", "", {}];
  assert(/^POST \/v1\/responses 200 complete in \d+ ms$/.test(sentence), sentence);
  const { ms, ...others } = facts;
  assertEquals([level, typeof ms], ["info", "number"]);
  assertEquals(others, {
    id: "req_1",
    method: "POST",
    path: "/v1/responses",
    status: 200,
    outcome: "complete",
    model: "tiny",
    stream: true,
    output_tokens: 7,
  });
});

Deno.test("requestScope() warns of failures alone, and names the cause in one line", () => {
  const { lines, scope } = scopeWithLog();
  const cause = new TypeError("fetch failed");
  scope.end("failed", 502, new ApiError("Cannot go on.", { status: 502, type: "t", cause }));
  const [level, sentence, facts] = lines[0] ?? ["", "", {}];
  assert(sentence.endsWith(": Cannot go on."));
  assertEquals([level, facts.code, facts.source], ["warn", "t", "chaski"]);
  assertEquals(facts.cause, "TypeError: fetch failed");
  for (const outcome of ["complete", "cancelled", "refused"] as const) {
    const other = scopeWithLog();
    other.scope.end(outcome, 200);
    assertEquals(other.lines[0]?.[0], "info");
  }
});

Deno.test("requestScope() lets no client write a second line", () => {
  const { lines, scope } = scopeWithLog(`/${"x".repeat(900)}`);
  scope.end("refused", 404, new ApiError("No 'a\nINFO fake\r\n'.", { status: 404, type: "t" }));
  const [, sentence = "", facts = {}] = lines[0] ?? [];
  assert(!/[\r\n]/.test(sentence), sentence);
  assertEquals(String(facts.path).length, 200);
});
