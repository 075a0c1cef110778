/** What llama-server answers in one piece, over the fake. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RecordedRequest } from "../fake_llama/request.ts";
import { delay, failure, type Script, silence, status } from "../fake_llama/script.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

const EMBEDDINGS = {
  model: "tiny",
  object: "list",
  usage: { prompt_tokens: 3, total_tokens: 3 },
  data: [{ embedding: [0.5, 0.25], index: 0, object: "embedding" }],
};

interface Row {
  path: string;
  upstream: string;
  body: Record<string, unknown>;
  slot: boolean;
}

const ROWS: Row[] = [
  { path: "/v1/embeddings", upstream: "/v1/embeddings", body: { input: "a" }, slot: true },
  { path: "/v1/rerank", upstream: "/v1/rerank", body: { query: "a" }, slot: true },
  { path: "/v1/reranking", upstream: "/v1/rerank", body: { query: "a" }, slot: true },
  ...["", "/v1"].flatMap((root) => [
    { path: `${root}/tokenize`, upstream: "/tokenize", body: {}, slot: false },
    { path: `${root}/detokenize`, upstream: "/detokenize", body: { tokens: [1] }, slot: false },
    { path: `${root}/apply-template`, upstream: "/apply-template", body: {}, slot: false },
  ]),
];

/** The last request of a path; Chaski itself asks /tokenize for the model's control words. */
function lastOf({ fake }: TestApp, path: string): RecordedRequest | undefined {
  return [...fake.requests, ...fake.others].findLast((request) => request.path === path);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

for (const { path, upstream, body, slot } of ROWS) {
  const asked = `POST ${upstream}`;

  Deno.test(`${path} passes the client's bytes and llama-server's answer on`, async () => {
    await using app = await testApp();
    const text = '{"model":"tiny", "x":1.0}';
    app.fake.always(asked, status(200, text));
    const response = await app.post(path, body);
    assertEquals([response.status, await response.text()], [200, text]);
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(lastOf(app, upstream)?.body, { ...body, model: "tiny" });
    const [line, ...others] = app.requestLines();
    assertEquals(others, []);
    assertEquals([line?.facts.outcome, line?.facts.model], ["complete", "tiny"]);
  });

  Deno.test(`${path} tells errors with their status, code and field`, async () => {
    await using app = await testApp();
    const rows: [Script, number, string][] = [
      [failure(501, "not_supported_error", "Start it with `--x`"), 501, "not_supported"],
      [failure(404, "not_found_error", "File Not Found"), 501, "not_supported"],
      [failure(503, "unavailable_error", "Loading model"), 503, "model_loading"],
      [failure(400, "invalid_request_error", "bad"), 400, "invalid_prompt"],
      [status(200, "no JSON"), 502, "upstream_garbled"],
    ];
    for (const [script, expected, code] of rows) {
      app.fake.always(asked, script);
      const response = await app.post(path, body);
      assertEquals([response.status, (await errorOf(response)).code], [expected, code]);
    }
    const unknown = await app.post(path, { ...body, model: "gpt-4o" });
    assertEquals([unknown.status, (await errorOf(unknown)).param], [404, "model"]);
    for (const sent of ["oops", "[]"]) {
      const response = await app.post(path, sent);
      assertEquals(response.status, 400);
      await errorOf(response);
    }
  });

  Deno.test(`${path} asks for the key`, async () => {
    await using app = await testApp({ config: { apiKey: "sk-of-the-test" } });
    const response = await app.post(path, body);
    assertEquals([response.status, (await errorOf(response)).code], [401, "invalid_api_key"]);
  });

  Deno.test(`${path} ${slot ? "waits for a slot" : "needs no slot"}`, async () => {
    await using app = await testApp({ fake: { slots: 1 } });
    app.fake.always(asked, status(200, {}));
    await app.watch.models();
    const claim = { owner: "", tier: "default", tokens: 0 } as const;
    const place = await app.queue.take(claim, new AbortController().signal);
    const answer = app.post(path, body);
    await sleep(50);
    assertEquals(app.queue.waiting(), slot ? 1 : 0);
    place.release();
    await (await answer).text();
    assertEquals(app.queue.running(), 0);
  });

  Deno.test(`${path} aborts at once when the client leaves`, async () => {
    await using app = await testApp();
    await app.watch.models();
    app.fake.always(asked, silence());
    const before = app.fake.requests.length + app.fake.others.length;
    const client = new AbortController();
    const answer = app.post(path, body, { signal: client.signal });
    while (app.fake.requests.length + app.fake.others.length === before) await sleep(5);
    client.abort();
    const leftAt = performance.now();
    const closedAt = await lastOf(app, upstream)?.hungUp() ?? Infinity;
    assert(closedAt - leftAt < 500, `${closedAt - leftAt} ms`);
    assertEquals((await answer).status, 499);
    assertEquals(app.requestLines()[0]?.facts.outcome, "cancelled");
  });
}

Deno.test("/v1/embeddings logs and accounts the tokens", async () => {
  await using app = await testApp();
  app.fake.reply(status(200, EMBEDDINGS));
  await (await app.post("/v1/embeddings", { input: "a" })).text();
  assertEquals(app.requestLines()[0]?.facts.input_tokens, 3);
});

Deno.test("/v1/embeddings refuses dimensions that are not the model's own", async () => {
  await using app = await testApp();
  for (const [dimensions, expected] of [[2, 200], [3, 400]]) {
    app.fake.reply(status(200, EMBEDDINGS));
    const response = await app.post("/v1/embeddings", { input: "a", dimensions });
    assertEquals(response.status, expected);
    if (expected === 200) await response.body?.cancel();
    else assertEquals((await errorOf(response)).param, "dimensions");
  }
});

Deno.test("/v1/embeddings tears an answer that fails after its 200", async () => {
  await using app = await testApp();
  app.fake.reply(delay(2_300), failure(500, "server_error", "boom"));
  const response = await app.post("/v1/embeddings", { input: "a" });
  assertEquals(response.status, 200);
  await assertRejects(() => response.text());
  assertEquals(app.requestLines()[0]?.facts.outcome, "failed");
});

Deno.test("an answer that is too large is refused, not cut", async () => {
  await using app = await testApp();
  app.fake.reply(status(200, new Uint8Array(64 * 1024 * 1024 + 1).fill(0x20)));
  const response = await app.post("/v1/embeddings", { input: "a" });
  assertEquals([response.status, (await errorOf(response)).code], [502, "upstream_garbled"]);
});
