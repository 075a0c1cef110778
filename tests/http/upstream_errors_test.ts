/** What goes wrong behind Chaski, as both routes tell it: before an answer begins, and within it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, ROUTES, type TestApp, testApp } from "./test_app.ts";
import { BEFORE, GARBAGE, WITHIN } from "./upstream_failures.ts";

for (const { path, body } of ROUTES) {
  for (const row of BEFORE) {
    for (const streams of [true, false]) {
      const how = streams ? "a stream" : "a whole answer";
      Deno.test(`${path} tells ${row.what} instead of ${how} as ${row.status}`, async () => {
        await using app = await testApp();
        app.fake.always("POST /v1/chat/completions", row.script);
        const response = await app.post(path, { ...body, stream: streams });
        assertEquals(response.status, row.status);
        assertEquals(response.headers.get("retry-after"), row.status === 503 ? "2" : null);
        const error = await errorOf(response);
        assertEquals(error.code, row.code);
        // A kept connection may have been closed before, so its death is asked about once more.
        assertEquals(app.fake.requests.length, row.code === "upstream_disconnected" ? 2 : 1);
        const outcome = row.status < 500 ? "refused" : "failed";
        const told = app.requestLines().map((
          { facts },
        ) => [facts.status, facts.outcome, facts.code]);
        assertEquals(told, [[row.status, outcome, row.code]]);
        assertEquals(app.services.transfers.size, 0);
      });
    }
  }

  Deno.test(`${path} says that nobody listens behind Chaski [OT43]`, async () => {
    await using app = await testApp();
    // The model is known, so the request itself finds nobody.
    await app.watch.models();
    await app.fake.down();
    const response = await app.post(path, { ...body, stream: true });
    assertEquals(response.status, 502);
    const error = await errorOf(response);
    assertEquals([error.code, error.source], ["upstream_unreachable", "upstream"]);
  });

  Deno.test(`${path} says which models there are [H20]`, async () => {
    await using app = await testApp();
    const response = await app.post(path, { ...body, model: "gpt-4o" });
    assertEquals(response.status, 404);
    const error = await errorOf(response);
    assertEquals([error.code, error.param], ["model_not_found", "model"]);
    assert(String(error.message).includes("'tiny'"));
    assertEquals(app.fake.requests.length, 0);
  });

  Deno.test(`${path} takes any model's name where that is configured [E04]`, async () => {
    await using app = await testApp({ config: { defaultModel: "any" } });
    const response = await app.post(path, { ...body, model: "gpt-4o" });
    assertEquals([response.status, (await response.json()).model], [200, "tiny"]);
    assertEquals(app.fake.requests[0]?.body.model, "tiny");
  });
}

interface FailedResponse {
  type: string;
  response: { status: string; error: { code: string; message: string } };
}

for (const [what, script, code] of [...WITHIN, ...GARBAGE]) {
  Deno.test(`/v1/responses ends with one response.failed for ${what}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post("/v1/responses", { input: "Hello", stream: true });
    assertEquals(response.status, 200);
    const { events, rest } = await collect(response);
    const all = events.map(({ data }) => data as ResponseEvent);
    const ends = all.filter(({ type }) => /\.(completed|failed|incomplete)$/.test(type));
    assertEquals([ends.length, ends[0] === all.at(-1), rest], [1, true, ""]);
    const last = all.at(-1) as unknown as FailedResponse;
    assertEquals([last.type, last.response.status], ["response.failed", "failed"]);
    assertEquals(last.response.error.code, code);
    const sequence = events.map(({ data }) =>
      (data as { sequence_number: number }).sequence_number
    );
    assertEquals(sequence, sequence.map((_, i) => i));
    await assertLogged(app, code);
  });

  Deno.test(`/v1/responses tells ${what} in a whole answer`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post("/v1/responses", { input: "Hello" });
    assertEquals(response.status, 200);
    const { status: ended, error } = await response.json();
    assertEquals([ended, error.code], ["failed", code]);
    await assertLogged(app, code);
  });
}

for (const [what, script, code] of WITHIN) {
  Deno.test(`/v1/chat/completions ends with one error event for ${what}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const [{ path, body }] = [ROUTES[1]];
    const response = await app.post(path, { ...body, stream: true });
    assertEquals(response.status, 200);
    const { events, rest } = await collect(response);
    const errors = events.filter(({ data }) => (data as { error?: unknown }).error !== undefined);
    assertEquals([errors.length, errors[0] === events.at(-1), rest], [1, true, ""]);
    const { error } = events.at(-1)?.data as { error: Record<string, unknown> };
    assertEquals([error.code, error.source], [code, "upstream"]);
    await assertLogged(app, code);
  });
}

for (const [what, script, code] of [...WITHIN, ...GARBAGE]) {
  Deno.test(`/v1/chat/completions breaks a whole answer off for ${what}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post(ROUTES[1].path, ROUTES[1].body);
    assertEquals(response.status, 200);
    await assertRejects(() => response.json());
    await assertLogged(app, code);
  });
}

/** One line, which blames the upstream; nothing is left running. */
async function assertLogged(app: TestApp, code: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  const told = app.requestLines().map(({ facts }) => [facts.outcome, facts.code, facts.source]);
  assertEquals(told, [["failed", code, "upstream"]]);
  assertEquals([app.services.transfers.size, app.lines.filter(isError).length], [0, 0]);
}

function isError({ level }: { level: string }): boolean {
  return level === "error";
}

Deno.test("both routes say what is wrong with a body, and ask nobody [H22]", async () => {
  await using app = await testApp();
  for (const { path, body } of ROUTES) {
    const deep = { ...body, metadata: JSON.parse("[".repeat(40) + "]".repeat(40)) };
    for (
      const [sent, headers, expected] of [
        ['{"input": ', {}, 400],
        ["not JSON", {}, 400],
        [new Uint8Array([0x22, 0xff, 0x22]), {}, 400],
        [JSON.stringify(deep), {}, 400],
        ["7", {}, 400],
        ["null", {}, 400],
        ["[]", {}, 400],
        ["{}", {}, 400],
        [JSON.stringify(body), { "content-encoding": "gzip" }, 415],
        [" ".repeat(1024 * 1024 + 1), {}, 413],
        [JSON.stringify(body), { "content-length": "1048577" }, 413],
      ] as const
    ) {
      const response = await app.post(path, sent, { headers });
      assertEquals([path, String(sent).slice(0, 40), response.status], [
        path,
        String(sent).slice(0, 40),
        expected,
      ]);
      assertEquals((await errorOf(response)).type, "invalid_request_error");
    }
  }
  assertEquals([app.fake.requests.length, app.lines.filter(isError).length], [0, 0]);
});
