/** A model that crashes at every request: nobody waits for ever, and it is not started for ever. */
import { assert, assertEquals } from "@std/assert";
import { ALL_ROUTES, errorOf } from "../http/test_app.ts";
import { managedStage } from "../real/managed_stage.ts";
import { standIn } from "./stand_in.ts";

const count = (changes: readonly string[], what: string) =>
  changes.filter((change) => change.endsWith(what)).length;

Deno.test("a request is sent twice at most, and a model that only crashes is refused [H17]", async () => {
  await using stage = await managedStage({ program: () => standIn("--crash") });
  const ask = () => stage.post("/v1/responses", { input: "Hello" });
  const first = await ask();
  assertEquals([first.status, (await errorOf(first))["code"]], [502, "upstream_disconnected"]);
  // The connection breaks a moment before the process is gone.
  for (let i = 0; i < 1000 && count(stage.changes, "crashed") < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals([count(stage.changes, "starting"), count(stage.changes, "crashed")], [2, 2]);
  const second = await ask();
  assertEquals([second.status, (await errorOf(second))["code"]], [503, "model_crashed"]);
  const third = await ask();
  assertEquals(third.headers.get("retry-after"), "30");
  const { message } = await errorOf(third);
  assert(String(message).includes("llama-server ended with code 134"), String(message));
  assertEquals(count(stage.changes, "starting"), 3);
  const facts = stage.requestLines().map(({ facts: { outcome, retried } }) => [outcome, retried]);
  assertEquals(facts, [["failed", true], ["failed", true], ["failed", undefined]]);
});

Deno.test("what cannot be loaded is refused on every route, once and for all", async () => {
  const program = () => standIn("--say", "ggml: out of memory in /srv/m.gguf", "--end", "1");
  await using stage = await managedStage({ program });
  for (const { path, body } of ALL_ROUTES) {
    const answer = await stage.post(path, body);
    const text = await answer.text();
    // Claude Code repeats a 400 in other forms; this says that it need not.
    const told = [answer.status, answer.headers.get("x-should-retry")];
    assertEquals(told, path === "/v1/messages" ? [500, "false"] : [400, null], text);
    assert(
      text.includes("Cannot load the model 'tiny-qwen3:F16': there is too little memory"),
      text,
    );
    assert(!text.includes("/srv"), text);
  }
  assertEquals(count(stage.changes, "starting"), ALL_ROUTES.length);
});
