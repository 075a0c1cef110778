/** Compactions inside a turn, on every way on which a turn can come and go. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ResponseObject } from "../../src/protocol/responses/output/response.ts";
import { startChaski } from "../chaski_process.ts";
import { delta, ending, opening, text as words, toolCall } from "../fake_llama/answers.ts";
import { live } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { collect } from "../sse_reader.ts";
import { countCharacters, saidIn, THRESHOLD, turns, user } from "./long_conversation.ts";
import { openClient, responseOf } from "./socket_client.ts";
import { type TestApp, testApp } from "./test_app.ts";

const PATH = "/v1/responses";
const SUMMARY = "A brown llama is wanted.";
const BODY = { ...THRESHOLD, input: [...turns(5), user("And now?")] };
const BOTH = ["compaction", "message"];

const typesOf = ({ output }: { output: { type: string }[] }) => output.map(({ type }) => type);

async function summingApp(): Promise<TestApp> {
  const app = await testApp();
  countCharacters(app.fake);
  app.fake.reply(words(SUMMARY));
  app.fake.reply(words("Now."));
  return app;
}

const get = async (app: TestApp, path: string) => await (await app.request(path)).json();

Deno.test("a compaction is in the stored response and in its replay", async () => {
  await using app = await summingApp();
  const { events } = await collect(await app.post(PATH, { ...BODY, stream: true }));
  const last = events.at(-1)?.data as { response: ResponseObject };
  assertEquals(typesOf(last.response), BOTH);
  const path = `${PATH}/${last.response.id}`;
  assertEquals(await get(app, path), last.response);
  const replayed = await collect(await app.request(`${path}?stream=true`));
  const told = replayed.events.map(({ data }) => data as { type: string; item?: unknown });
  assertEquals(told.slice(2, 4).map(({ type, item }) => [type, item]), [
    ["response.output_item.added", last.response.output[0]],
    ["response.output_item.done", last.response.output[0]],
  ]);
  // The input is kept as it came.
  const { data } = await get(app, `${path}/input_items?limit=100`);
  assertEquals(data.length, BODY.input.length);
});

Deno.test("a background response begins with its compaction", async () => {
  await using app = await summingApp();
  const queued = await (await app.post(PATH, { ...BODY, background: true })).json();
  assertEquals(queued.status, "queued");
  await collect(await app.request(`${PATH}/${queued.id}?stream=true`));
  const done = await get(app, `${PATH}/${queued.id}`);
  assertEquals([done.status, typesOf(done)], ["completed", BOTH]);
});

Deno.test("a conversation goes on from the compaction that it holds", async () => {
  await using app = await summingApp();
  const { id } = await (await app.post("/v1/conversations", {})).json();
  const first = await (await app.post(PATH, { ...BODY, conversation: id })).json();
  assertEquals(typesOf(first), BOTH);
  const next = { ...THRESHOLD, input: "And then?", conversation: id };
  assertEquals(typesOf(await (await app.post(PATH, next)).json()), ["message"]);
  assertStringIncludes(saidIn(app.fake, 2), SUMMARY);
  assert(!saidIn(app.fake, 2).includes("Question"));
});

Deno.test("a socket remembers what counts behind a compaction, and nothing else", async () => {
  await using fake = await FakeLlama.start();
  countCharacters(fake);
  await using chaski = await startChaski({ upstream: fake.url });
  using client = await openClient(chaski.url);
  const tools = [{ type: "function", name: "look", parameters: { type: "object" } }];
  const waiting = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
  fake.reply(words(SUMMARY));
  fake.reply(toolCall("look", {}));
  const first = responseOf(
    await client.turn({
      ...{ ...BODY, input: [...turns(5), waiting], tools, store: false },
    }),
  );
  assertEquals(typesOf(first), ["compaction", "function_call"]);
  const { call_id } = first.output[1] as unknown as { call_id: string };
  // Of both calls, also of the one from before the compaction.
  const outputs = ["c1", call_id].map((call_id) => ({
    ...{ type: "function_call_output", call_id, output: `seen by ${call_id}` },
  }));
  const second = responseOf(
    await client.turn({
      ...{ ...THRESHOLD, tools, input: outputs, previous_response_id: first.id },
    }),
  );
  assertEquals([second.store, typesOf(second)], [true, ["message"]]);
  for (const text of [SUMMARY, "seen by c1"]) assertStringIncludes(saidIn(fake, 2), text);
  const listed = await fetch(`${chaski.url}${PATH}/${second.id}/input_items?order=asc`);
  const { data } = await listed.json();
  assertEquals(data.map(({ type }: { type: string }) => type), [
    ...["compaction", "function_call", "function_call"],
    ...["function_call_output", "function_call_output"],
  ]);
});

Deno.test("a line is kept alive while a summary is written", async () => {
  await using app = await testApp();
  countCharacters(app.fake);
  app.fake.reply([opening(), delta({ content: SUMMARY }), live(), ending()]);
  const answer = await app.post(PATH, { ...BODY, stream: true });
  const request = await app.fake.nextRequest();
  let text = "";
  for await (const bytes of answer.body ?? []) {
    text += new TextDecoder().decode(bytes);
    if (text.includes('"chaski":')) await request.end();
  }
  assertStringIncludes(text, '"chaski":{"phase":"answer"');
  assert(text.indexOf('"chaski":') < text.indexOf('"type":"compaction"'));
  assertStringIncludes(text, "event: response.completed");
});
