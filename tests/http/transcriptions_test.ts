/** `/v1/audio/transcriptions` over the fake: no model that hears is small enough for a test. */
import { assert, assertEquals } from "@std/assert";
import { cut, failure, silence, sse, status } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

const PATH = "/v1/audio/transcriptions";
const SOUND = new Uint8Array([0x52, 0x49, 0x46, 0x46, 0x00, 0xff, 0x0d, 0x0a]);

function ask(
  app: TestApp,
  fields: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Response> {
  const form = new FormData();
  form.append("file", new File([SOUND], "hé.wav", { type: "audio/wav" }));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return app.request(PATH, { method: "POST", body: form, ...init });
}

Deno.test("createTranscription() forwards the form, the sound byte for byte", async () => {
  await using app = await testApp();
  const usage = { type: "tokens", input_tokens: 9, output_tokens: 2, total_tokens: 11 };
  app.fake.reply(status(200, { type: "transcript.text.done", text: "One two", usage }));
  const response = await ask(app, { model: "tiny", prompt: "Hé" });
  assertEquals([response.status, (await response.json()).text], [200, "One two"]);
  const [request] = app.fake.requests;
  const type = request?.headers["content-type"] ?? "";
  const sent = await new Response(request?.bodyText, { headers: { "content-type": type } })
    .formData();
  assertEquals([sent.get("model"), sent.get("prompt")], ["tiny", "Hé"]);
  assert(request?.bodyText.includes('filename="hé.wav"') && request.bodyText.includes("RIFF"));
  const [line] = app.requestLines();
  assertEquals([line?.facts.input_tokens, line?.facts.output_tokens], [9, 2]);
  assertEquals([line?.facts.outcome, line?.facts.model], ["complete", "tiny"]);
});

Deno.test("createTranscription() relays a stream to its truthful end", async () => {
  await using app = await testApp();
  const delta = sse.chunk({ type: "transcript.text.delta", delta: "One" });
  app.fake.reply(
    sse.head(),
    delta,
    sse.chunk({ type: "transcript.text.done", text: "One" }),
    sse.done(),
  );
  const { events } = await collect(await ask(app, { stream: "true" }));
  assertEquals(events.map(({ data }) => (data as { type?: string }).type ?? data), [
    "transcript.text.delta",
    "transcript.text.done",
    "[DONE]",
  ]);
  app.fake.reply(sse.head(), delta, cut());
  const failed = await collect(await ask(app, { stream: "true" }));
  const last = failed.events.at(-1)?.data as { error: { code: string } };
  assertEquals(last.error.code, "upstream_disconnected");
});

Deno.test("createTranscription() says that the model cannot hear", async () => {
  await using app = await testApp();
  const message = "The current model does not support audio input.";
  app.fake.reply(failure(501, "not_supported_error", message));
  const response = await ask(app);
  assertEquals([response.status, (await errorOf(response)).code], [501, "not_supported"]);
});

Deno.test("createTranscription() aborts at once when the client leaves", async () => {
  await using app = await testApp();
  app.fake.reply(silence());
  const client = new AbortController();
  const answer = ask(app, {}, { signal: client.signal });
  const request = await app.fake.nextRequest();
  client.abort();
  const leftAt = performance.now();
  assert(await request.hungUp() - leftAt < 500);
  await (await answer).text().catch(() => "");
  assertEquals(app.requestLines()[0]?.facts.outcome, "cancelled");
});

Deno.test("createTranscription() refuses broken forms, and asks nobody", async () => {
  await using app = await testApp();
  const form = (body: string, type = "multipart/form-data; boundary=x") =>
    app.post(PATH, body, { headers: { "content-type": type } });
  for (
    const [response, expected] of [
      [await app.post(PATH, { model: "tiny" }), 400],
      [await form("", "multipart/form-data"), 400],
      [await form(""), 400],
      [await form("--x\r\nno head"), 400],
      [await form("--x\r\n".repeat(10_000)), 400],
      [await form('--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n--x--\r\n'), 400],
      [await form("x".repeat(1024 * 1024 + 1)), 413],
      [await ask(app, { model: "gpt-4o" }), 404],
    ] as const
  ) {
    assertEquals(response.status, expected);
    assertEquals((await errorOf(response)).type, "invalid_request_error");
  }
  assertEquals(app.fake.requests.length, 0);
});
