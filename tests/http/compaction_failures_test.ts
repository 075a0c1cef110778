/** Compactions inside a turn that go wrong, or whose client leaves. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stream, text as words } from "../fake_llama/answers.ts";
import { PHASES } from "../fake_llama/phases.ts";
import {
  cut,
  endWithoutDone,
  failure,
  type Script,
  silence,
  sse,
  status,
} from "../fake_llama/script.ts";
import { within } from "../fake_llama/within.ts";
import { countCharacters, saidIn, THRESHOLD, tokensOf, turns, user } from "./long_conversation.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

const PATH = "/v1/responses";
const COUNT = "POST /v1/chat/completions/input_tokens";
const BODY = { ...THRESHOLD, input: [...turns(5), user("And now?")] };
const TOO_LONG = failure(400, "exceed_context_size_error", "too long", {
  ...{ n_prompt_tokens: 9000, n_ctx: 8192 },
});

async function countingApp(): Promise<TestApp> {
  const app = await testApp();
  countCharacters(app.fake);
  return app;
}

/** How a turn ends, and what the log says of its compaction. */
async function ask(app: TestApp, body: Record<string, unknown> = BODY) {
  const { status, output, error } = await (await app.post(PATH, body)).json();
  const { compaction, cuts } = app.requestLines().at(-1)?.facts ?? {};
  const types = output.map(({ type }: { type: string }) => type);
  return { status, types, code: error?.code, compaction, cuts };
}

const SILENT: Record<string, Script> = {
  "empty": words(""),
  "nothing but a thought": stream({ reasoning: "Hm." }),
  "cut": stream({ text: "The user", finish: "length" }),
  "a printed call": words('<tool_call>\n{"name":"look","arguments":{}}\n</tool_call>'),
};

for (const [what, script] of Object.entries(SILENT)) {
  Deno.test(`a turn whose summary is ${what} goes on without one`, async () => {
    await using app = await countingApp();
    app.fake.reply(script);
    app.fake.reply(words("Now."));
    const tools = [{ type: "function", name: "look", parameters: { type: "object" } }];
    const { status, types, compaction } = await ask(app, { ...BODY, tools });
    assertEquals([status, types, compaction], ["completed", ["message"], "no_summary"]);
    assertStringIncludes(saidIn(app.fake, 1), "Question 0");
  });
}

Deno.test("a summary is asked of as much as leaves room for it", async () => {
  await using app = await countingApp();
  const step = (n: number) => [
    { type: "function_call", call_id: `c${n}`, name: "look", arguments: "{}" },
    { type: "function_call_output", call_id: `c${n}`, output: `${n} ${"y".repeat(4000)}` },
  ];
  const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(step);
  const { status, types, compaction, cuts } = await ask(app, {
    ...BODY,
    input: [...turns(2), user("Look at all."), ...steps],
  });
  assertEquals([status, types, compaction], ["completed", ["compaction", "message"], "done"]);
  assertEquals(cuts, 2);
  const [summing] = app.fake.requests;
  assert(tokensOf(summing?.body ?? {}) <= 8192 - 1024);
  for (const word of ["Look at all.", "9 yyy"]) assertStringIncludes(saidIn(app.fake, 0), word);
  for (const gone of ["Question 0", "0 yyy"]) assert(!saidIn(app.fake, 0).includes(gone));
});

Deno.test("a summary that llama-server finds too long is asked of less", async () => {
  await using app = await countingApp();
  app.fake.reply(TOO_LONG);
  app.fake.reply(words("A summary."));
  app.fake.reply(words("Now."));
  const { types, compaction, cuts } = await ask(app);
  assertEquals([types, compaction, cuts], [["compaction", "message"], "done", 1]);
  assert(saidIn(app.fake, 1).length < saidIn(app.fake, 0).length);
});

Deno.test("a turn that no summary has room for is asked as it is", async () => {
  await using app = await countingApp();
  const input = [user("z".repeat(40_000))];
  app.fake.reply(words("It fits."));
  const { types, compaction } = await ask(app, { ...BODY, input });
  assertEquals([types, compaction], [["message"], "too_long"]);
  app.fake.reply(TOO_LONG);
  const refused = await app.post(PATH, { ...BODY, input });
  assertEquals([refused.status, (await errorOf(refused)).code], [400, "context_length_exceeded"]);
});

Deno.test("a llama-server that cannot count is asked as it is", async () => {
  await using app = await testApp();
  for (const answer of [failure(404, "not_found_error", "no such path"), status(200, {})]) {
    app.fake.always(COUNT, answer);
    const { types, compaction } = await ask(app);
    assertEquals([types, compaction], [["message"], "not_counted"]);
  }
});

const opened = stream({ text: "The user", finish: null });
const FAILING: Record<string, Script> = {
  "breaks off": [opened, cut()],
  "ends without its end": [opened, endWithoutDone()],
  "fails in its midst": [
    opened,
    sse.chunk({ error: { code: 500, message: "Context size has been exceeded." } }),
    silence(),
  ],
  "is no JSON": [opened, sse.raw("data: {\n\n"), endWithoutDone()],
  "is refused": failure(400, "invalid_request_error", "no"),
  "finds llama-server broken": failure(500, "server_error", "broken"),
};

for (const [what, script] of Object.entries(FAILING)) {
  Deno.test(`a turn whose summary ${what} goes on without one`, async () => {
    await using app = await countingApp();
    app.fake.reply(script);
    app.fake.reply(words("Now."));
    const { status, types, compaction } = await ask(app);
    assertEquals([status, types, compaction], ["completed", ["message"], "failed"]);
    assertStringIncludes(saidIn(app.fake, 1), "Question 0");
    assertEquals(app.queue.running(), 0);
  });
}

Deno.test("a turn goes on where the shorter prompt of its summary cannot be counted", async () => {
  await using app = await countingApp();
  app.fake.always(COUNT, ({ body }) => {
    const summing = JSON.stringify(body.messages).includes("Write these notes now");
    return summing ? failure(500, "server_error", "broken") : status(200, { input_tokens: 8100 });
  });
  const { types, compaction } = await ask(app);
  assertEquals([types, compaction], [["message"], "failed"]);
});

Deno.test("a prompt is counted once, for itself and for its summary", async () => {
  await using app = await countingApp();
  assertEquals((await ask(app)).compaction, "done");
  const counts = app.fake.others.filter(({ path }) => COUNT.endsWith(path));
  assertEquals(counts.length, 1);
});

Deno.test("an answer that fails behind its compaction still holds it", async () => {
  await using app = await countingApp();
  app.fake.reply(words("A summary."));
  app.fake.reply(failure(500, "server_error", "broken"));
  const { status, types, code } = await ask(app);
  assertEquals([status, types, code], ["failed", ["compaction"], "upstream_error"]);
});

for (const [phase, script] of Object.entries(PHASES)) {
  Deno.test(`a client that leaves its summary ${phase} is gone from llama-server`, async () => {
    await using app = await countingApp();
    app.fake.reply(script);
    await leaves(app, () => app.fake.nextRequest());
    assertEquals(app.fake.requests.length, 1);
  });
}

Deno.test("a client that leaves while its prompt is counted is gone from llama-server", async () => {
  await using app = await testApp();
  app.fake.always(COUNT, silence());
  const counting = async () => {
    for (;;) {
      const request = app.fake.others.find(({ path }) => COUNT.endsWith(path));
      if (request !== undefined) return request;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await leaves(app, () => within(counting(), 5000, "a count"));
  assertEquals(app.fake.requests.length, 0);
});

/** Asks, and leaves when the fake has the request. */
async function leaves(app: TestApp, request: () => ReturnType<typeof app.fake.nextRequest>) {
  const leave = new AbortController();
  const asked = app.post(PATH, BODY, { signal: leave.signal }).then((answer) => answer.text());
  const upstream = await request();
  leave.abort();
  await upstream.hungUp();
  await asked.catch(() => {});
  assertEquals(app.requestLines().map(({ facts }) => facts.outcome), ["cancelled"]);
}
