/** `/v1/completions` and `/v1/infill` over the fake: what passes, what is folded, what fails. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { text as words } from "../fake_llama/answers.ts";
import { completion, infill } from "../fake_llama/completions.ts";
import { cut, endWithoutDone, failure, type Script, sse } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

interface Kind {
  path: string;
  body: Record<string, unknown>;
  answer(pieces: readonly string[], options?: { ends: boolean }): Script;
  /** What the pieces of the whole answer say. */
  said(answer: unknown): unknown;
}

const KINDS: Kind[] = [
  {
    path: "/v1/completions",
    body: { prompt: "The" },
    answer: completion,
    said: (answer) => (answer as { choices: { text: string }[] }).choices[0]?.text,
  },
  {
    path: "/v1/infill",
    body: { input_prefix: "a", input_suffix: "b" },
    answer: infill,
    said: (answer) => (answer as { content: string }).content,
  },
];

const COUNTS = { input_tokens: 11, cached_tokens: 4, output_tokens: 2, model: "tiny" };

function assertLine(app: TestApp, expected: Record<string, unknown>): void {
  const [line, ...others] = app.requestLines();
  assertEquals(others, []);
  const facts = Object.entries(line?.facts ?? {}).filter(([key]) => key in expected);
  assertEquals(Object.fromEntries(facts), expected);
  assertEquals(app.services.transfers.size, 0);
  assertEquals(app.queue.running(), 0);
}

for (const { path, body, answer, said } of KINDS) {
  Deno.test(`${path} streams, without the progress that nobody asked for`, async () => {
    await using app = await testApp();
    app.fake.reply(answer(["One", " two"]));
    const response = await app.post(path, { ...body, stream: true });
    assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    const { events, rest } = await collect(response);
    assertEquals(rest, "");
    assert(!events.some(({ raw }) => raw.includes("prompt_progress")));
    const told = events.flatMap(({ data }) => data === "[DONE]" ? [] : [said(data)]);
    assertEquals(told.join(""), "One two");
    assertEquals(app.fake.requests[0]?.body.return_progress, true);
    assertLine(app, { ...COUNTS, stream: true, outcome: "complete", path });
  });

  Deno.test(`${path} answers whole, of a stream`, async () => {
    await using app = await testApp();
    app.fake.reply(answer(["One", " two"]));
    const response = await app.post(path, body);
    assertEquals(response.headers.get("content-type"), "application/json");
    const whole = await response.json();
    assertEquals([said(whole), whole.model], ["One two", "tiny"]);
    assertEquals(app.fake.requests[0]?.body.stream, true);
    assertLine(app, { ...COUNTS, stream: false, outcome: "complete" });
  });

  Deno.test(`${path} calls a model by its public name on the way out`, async () => {
    await using app = await testApp({ fake: { model: "/srv/models/tiny-qwen3.gguf" } });
    for (const stream of [true, false]) {
      app.fake.reply(answer(["One"]));
      const text = await (await app.post(path, { ...body, model: "tiny-qwen3", stream })).text();
      assert(text.includes('"model":"tiny-qwen3"') && !text.includes("/srv"), text);
    }
    for (const { body } of app.fake.requests) {
      assertEquals(body.model, "/srv/models/tiny-qwen3.gguf");
    }
  });

  Deno.test(`${path} says which models there are`, async () => {
    await using app = await testApp();
    const response = await app.post(path, { ...body, model: "gpt-4o" });
    assertEquals([response.status, (await errorOf(response)).param], [404, "model"]);
    assertEquals(app.fake.requests.length, 0);
  });

  const failures: [string, Script, string][] = [
    ["a cut", [answer(["One"], { ends: false }), cut('data: {"con')], "upstream_disconnected"],
    [
      "an end without a reason",
      [answer(["One"], { ends: false }), endWithoutDone()],
      "upstream_disconnected",
    ],
    [
      "an error in the stream",
      [
        answer(["One"], { ends: false }),
        sse.chunk({ error: { code: 500, message: "Context size has been exceeded." } }),
      ],
      "server_is_overloaded",
    ],
  ];
  for (const [what, script, code] of failures) {
    Deno.test(`${path} ends with one error event for ${what}, and tears a whole answer`, async () => {
      await using app = await testApp();
      app.fake.reply(script);
      const { events, rest } = await collect(await app.post(path, { ...body, stream: true }));
      const errors = events.filter(({ raw }) => raw.includes('"error"'));
      assertEquals([errors.length, errors[0] === events.at(-1), rest], [1, true, ""]);
      assertEquals((errors[0]?.data as { error: { code: string } }).error.code, code);
      app.fake.reply(script);
      await assertRejects(async () => (await app.post(path, body)).json());
      const told = app.requestLines().map(({ facts }) => [facts.outcome, facts.code]);
      assertEquals(told, [["failed", code], ["failed", code]]);
      assertEquals(app.queue.running(), 0);
    });
  }

  Deno.test(`${path} tells what llama-server refuses, in the envelope`, async () => {
    await using app = await testApp();
    app.fake.reply(failure(501, "not_supported_error", "Infill is not supported by this model."));
    const response = await app.post(path, body);
    assertEquals(response.status, 501);
    assertEquals((await errorOf(response)).code, "not_supported");
    assertLine(app, { status: 501, outcome: "failed" });
  });
}

Deno.test("/v1/completions counts every choice of a relayed stream", async () => {
  await using app = await testApp();
  app.fake.reply(
    sse.head(),
    [0, 1].map((index) =>
      sse.chunk({
        choices: [{ index, text: "", logprobs: null, finish_reason: "stop" }],
        usage: { prompt_tokens: 5, completion_tokens: 3 },
      })
    ),
    sse.done(),
  );
  await (await app.post("/v1/completions", { prompt: ["a", "b"], stream: true })).text();
  assertLine(app, { input_tokens: 10, output_tokens: 6 });
});

Deno.test("/infill is the same as /v1/infill", async () => {
  await using app = await testApp();
  app.fake.reply(infill(["One"]));
  const response = await app.post("/infill", KINDS[1]?.body);
  assertEquals((await response.json()).content, "One");
  assertEquals(app.fake.requests[0]?.path, "/infill");
});

for (
  const [path, asked, script] of [
    ["/v1/completions", { prompt: ["a", "b"] }, completion(["One"])],
    ["/v1/completions", { prompt: "a", n: 2 }, completion(["One"])],
    ["/v1/chat/completions", { messages: [{ role: "user", content: "a" }], n: 2 }, words("One")],
  ] as const
) {
  Deno.test(`${path} takes one of two choices for half an answer: ${Object.keys(asked)}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post(path, asked);
    await assertRejects(() => response.text());
    assertLine(app, { outcome: "failed", code: "upstream_disconnected" });
  });
}
