/**
 * A llama-server of Chaski's own that dies: before the model has begun to answer, its requests are
 * sent once more to a new one, and nobody notices; behind that they fail, and the next is served.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ALL_ROUTES } from "../http/test_app.ts";
import { type ManagedStage, managedStage } from "./managed_stage.ts";

/** Some 3,000 tokens, which the tiny model reads in seconds, 32 at a time. */
const LONG = "the quick brown fox walks ".repeat(600);
const SMALL_BATCHES = ["-b", "32", "-ub", "32", "--cache-ram", "0"];

/** A request for each route, whose prompt takes a while. */
function asked(path: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  if (path === "/v1/responses") {
    return { input: `[[plain]] ${LONG}`, max_output_tokens: 8, ...more };
  }
  const messages = [{ role: "user", content: `[[plain]] ${LONG}` }];
  return { messages, max_tokens: 8, ...more };
}

/** What only an answer says that came to its end. */
const ENDS: Record<string, RegExp> = {
  "/v1/responses": /"status":"(?:completed|incomplete)"/,
  "/v1/chat/completions": /"finish_reason":"(?:length|stop)"/,
  "/v1/messages": /"stop_reason":"(?:max_tokens|end_turn)"/,
};

function kill({ pid }: ManagedStage): number {
  const killed = pid("tiny-qwen3");
  Deno.kill(killed, "SIGKILL");
  return killed;
}

const retried = ({ requestLines }: ManagedStage) =>
  requestLines().map(({ facts }) => [facts["outcome"], facts["retried"] ?? false]);

/** A model that runs already, so that the heads of answers come with the work on their prompts. */
async function warmStage(slots = 1): Promise<ManagedStage> {
  const stage = await managedStage({ slots, args: SMALL_BATCHES });
  const warm = await stage.post("/v1/responses", { input: "[[plain]] Hi", max_output_tokens: 1 });
  await warm.body?.cancel();
  assertEquals(warm.status, 200);
  stage.lines.length = 0;
  return stage;
}

const CASES = ALL_ROUTES.flatMap(({ path }) => [true, false].map((stream) => ({ path, stream })));

for (const { path, stream } of CASES) {
  const how = stream ? "streamed" : "whole";
  Deno.test(`${path}, ${how}, survives a llama-server that is killed while it reads the prompt [H17]`, async () => {
    await using stage = await warmStage();
    const answer = await stage.post(path, asked(path, { stream }));
    assertEquals(answer.status, 200);
    const before = kill(stage);
    const text = await answer.text();
    assert(ENDS[path]?.test(text), text);
    assert(!text.includes('"failed"'), text);
    assertEquals(retried(stage), [["complete", true]]);
    assert(stage.pid("tiny-qwen3") !== before);
  });
}

Deno.test("a request that llama-server has not even begun is sent once more, before any head", async () => {
  await using stage = await warmStage();
  const before = stage.pid("tiny-qwen3");
  Deno.kill(before, "SIGSTOP");
  const coming = stage.post("/v1/chat/completions", asked("/v1/chat/completions"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  Deno.kill(before, "SIGKILL");
  const answer = await coming;
  assertEquals([answer.status, typeof (await answer.json()).id], [200, "string"]);
  assertEquals(retried(stage), [["complete", true]]);
});

Deno.test("a request is sent no third time", async () => {
  await using stage = await warmStage();
  const answer = await stage.post("/v1/responses", asked("/v1/responses"));
  const first = kill(stage);
  const body = answer.json();
  await untilOther(stage, first);
  await untilReading(stage);
  kill(stage);
  const { status, error } = await body;
  assertEquals(status, "failed");
  // By the moment: its connection broke, or was not there yet.
  assertMatch(error.code, /^upstream_(disconnected|unreachable)$/);
  assertEquals(retried(stage), [["failed", true]]);
});

Deno.test("whoever waits for a slot gets it from the next llama-server, in order", async () => {
  await using stage = await warmStage();
  const busy = await stage.post("/v1/chat/completions", {
    ...{ messages: [{ role: "user", content: "[[plain]] Hi" }], stream: true },
    ...{ ignore_eos: true, max_tokens: 8000 },
  });
  const reader = busy.body?.getReader();
  await reader?.read();
  const waiting = [1, 2].map((n) =>
    stage.post("/v1/responses", { input: `[[plain]] ${n}`, max_output_tokens: 4 })
      .then(async (answer) => [n, (await answer.json()).status])
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  kill(stage);
  for (let done = false; !done && reader;) done = (await reader.read()).done;
  const ends = await Promise.all(waiting);
  assertEquals(ends.map(([n]) => n), [1, 2]);
  for (const [, status] of ends) assert(["completed", "incomplete"].includes(String(status)));
  assertEquals(retried(stage)[0], ["failed", false]);
  assertEquals(retried(stage).length, 3);
});

Deno.test("an answer that had begun fails, and the next request finds the model again", async () => {
  await using stage = await warmStage();
  const answer = await stage.post("/v1/responses", {
    ...{ input: "[[tool]] Hi", stream: true, max_output_tokens: 8000, tool_choice: "none" },
    tools: [{ type: "function", name: "f", parameters: { type: "object", properties: {} } }],
  });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("response.output_text.delta")) text += (await reader.read()).value;
  kill(stage);
  for (let piece; !(piece = await reader.read()).done;) text += piece.value;
  assert(
    text.includes("response.failed") && text.includes("upstream_disconnected"),
    text.slice(-900),
  );
  assertEquals(retried(stage), [["failed", false]]);
  const next = await stage.post("/v1/responses", { input: "[[plain]] Hi", max_output_tokens: 4 });
  assert(["completed", "incomplete"].includes((await next.json()).status));
});

Deno.test("nothing is started for a client that has left, nor while Chaski stops", async () => {
  await using stage = await warmStage();
  const left = await stage.post("/v1/responses", asked("/v1/responses", { stream: true }));
  await left.body?.cancel();
  kill(stage);
  await untilGone(stage);
  assertEquals(stage.changes.filter((change) => change.endsWith("starting")).length, 1);
  const late = await stage.post("/v1/responses", asked("/v1/responses"));
  stage.services.stopping = true;
  kill(stage);
  assertEquals((await late.json()).error.code, "upstream_disconnected");
  assertEquals(retried(stage), [["cancelled", false], ["failed", false]]);
});

async function until(what: string, test: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !test();) {
    assert(performance.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const untilGone = (stage: ManagedStage) =>
  until("it does not go", () => stage.pool.residents().length === 0);

const untilOther = ({ pool }: ManagedStage, pid: number) =>
  until(
    "no other comes",
    () => pool.residents().some((each) => each.state() === "ready" && each.process()?.pid !== pid),
  );

/** The model is at work. */
const untilReading = ({ pool }: ManagedStage) =>
  until("nobody uses it", () => pool.residents().some((each) => each.users() > 0));
