/** The WebSocket of Responses: its turns, what they go on from, and its errors. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { delta, ending, opening, stream, text, toolCall } from "../fake_llama/answers.ts";
import { failure, live } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import {
  codeOf,
  type Message,
  openClient,
  responseOf,
  type SocketClient,
} from "./socket_client.ts";

interface Stage extends AsyncDisposable {
  fake: FakeLlama;
  chaski: Chaski;
  client: SocketClient;
}

async function stage(env: Record<string, string> = {}): Promise<Stage> {
  const fake = await FakeLlama.start({ slots: 4 });
  const chaski = await startChaski({ upstream: fake.url, env });
  const client = await openClient(chaski.url);
  return {
    fake,
    chaski,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await chaski[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const user = (content: string) => ({ type: "message", role: "user", content });
const orphan = { type: "function_call_output", call_id: "call_nobody", output: "1" };

function requestLines(chaski: Chaski) {
  return chaski.log().filter(({ method }) => method === "WS")
    .map(({ status, outcome, code }) => [status, outcome, code]);
}

/** The messages of the last request, as `role: content`. */
function lastPrompt(fake: FakeLlama): string[] {
  const messages = fake.requests.at(-1)?.body["messages"];
  assert(Array.isArray(messages));
  return messages.map(({ role, content }) => `${role}: ${content}`);
}

Deno.test("a socket tells a response by the events of a stream", async () => {
  await using at = await stage();
  at.fake.reply(stream({ text: ["One", " two."] }));
  const told = await at.client.turn({ input: "Count.", model: "tiny" });
  assertEquals(told.map(({ sequence_number }) => sequence_number), told.map((_, i) => i));
  assertEquals(told[0]?.type, "response.created");
  assertEquals(
    told.flatMap((message) => message.type === "response.output_text.delta" ? message.delta : []),
    ["One", " two."],
  );
  const { id, output, store } = responseOf(told);
  assertEquals([output.length, store], [1, true]);
  // Kept like any other.
  assertEquals((await (await fetch(`${at.chaski.url}/v1/responses/${id}`)).json()).id, id);
});

Deno.test("a socket takes turns one after the other, each with a line in the log", async () => {
  await using at = await stage();
  for (const input of ["First.", "Second."]) {
    const { output } = responseOf(await at.client.turn({ input, store: false }));
    assertEquals(output.length, 1);
    assertEquals(lastPrompt(at.fake), [`user: ${input}`]);
  }
  assertEquals(requestLines(at.chaski), Array(2).fill([200, "complete", undefined]));
  const opened = at.chaski.log().filter(({ status }) => status === 101);
  assertEquals(opened.map(({ method, path }) => [method, path]), [["GET", "/v1/responses"]]);
});

Deno.test("a socket remembers its last response, which is kept nowhere else", async () => {
  await using at = await stage();
  at.fake.reply(text("Green."));
  const first = responseOf(await at.client.turn({ input: "Which colour?", store: false }));
  const next = { input: [user("Why?")], previous_response_id: first.id, store: false };
  at.fake.reply(text("Because."));
  const second = responseOf(await at.client.turn(next));
  assertEquals(second.previous_response_id, first.id);
  assertEquals(lastPrompt(at.fake), [
    "user: Which colour?",
    "assistant: Green.",
    "user: Why?",
  ]);
  responseOf(await at.client.turn({ ...next, previous_response_id: second.id }));
  assertEquals(lastPrompt(at.fake).length, 5);
  assertEquals(codeOf(await at.client.turn(next)), "previous_response_not_found");
  const gone = await fetch(`${at.chaski.url}/v1/responses/${second.id}`);
  assertEquals(gone.status, 404);
  await gone.body?.cancel();
});

Deno.test("a stored turn holds what only its socket remembered", async () => {
  await using at = await stage();
  at.fake.reply(text("Green."));
  const first = responseOf(await at.client.turn({ input: "Which colour?", store: false }));
  at.fake.reply(text("Because."));
  const second = responseOf(
    await at.client.turn({ input: "Why?", previous_response_id: first.id }),
  );
  await (await fetch(`${at.chaski.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify({ input: "Really?", previous_response_id: second.id }),
  })).body?.cancel();
  await at.fake.nextRequest();
  await at.fake.nextRequest();
  await at.fake.nextRequest();
  assertEquals(lastPrompt(at.fake), [
    "user: Which colour?",
    "assistant: Green.",
    "user: Why?",
    "assistant: Because.",
    "user: Really?",
  ]);
});

Deno.test("another socket cannot go on from what was not stored, but answers a clean turn", async () => {
  await using at = await stage();
  const { id } = responseOf(await at.client.turn({ input: "Hello", store: false }));
  using other = await openClient(at.chaski.url);
  const next = { input: "Go on.", previous_response_id: id, store: false };
  assertEquals(codeOf(await other.turn(next)), "previous_response_not_found");
  responseOf(await other.turn({ input: "Hello", store: false }));
  // What failed elsewhere took nothing away here.
  responseOf(await at.client.turn(next));
});

Deno.test("a socket goes on from a stored response, also one of another connection", async () => {
  await using at = await stage();
  const { id } = responseOf(await at.client.turn({ input: "Hello" }));
  using other = await openClient(at.chaski.url);
  responseOf(await other.turn({ input: "Go on.", previous_response_id: id }));
  assertEquals(lastPrompt(at.fake).length, 3);
});

Deno.test("a response that does not exist cannot be gone on from", async () => {
  await using at = await stage();
  const told = await at.client.turn({ input: "Hello", previous_response_id: "resp_none" });
  assertEquals(codeOf(told), "previous_response_not_found");
  const [error] = told;
  assertEquals([told.length, error?.status, error?.sequence_number], [1, 400, 0]);
  // Flat too, as OpenAI's SDK declares it.
  assertEquals([error?.code, error?.param], [error?.error?.code, "previous_response_id"]);
  assertEquals(error?.message, error?.error?.message);
  assertEquals(at.fake.requests.length, 0);
});

Deno.test("a turn that fails takes away what it went on from", async (test) => {
  await using at = await stage();
  const good = async () => responseOf(await at.client.turn({ input: "Hello", store: false })).id;
  const goOn = (id: string, input: unknown) =>
    at.client.turn({ input, previous_response_id: id, store: false });

  await test.step("for an output without its call", async () => {
    const id = await good();
    const [error, ...rest] = await goOn(id, [orphan]);
    assertEquals([error?.type, error?.error?.param, rest.length], ["error", "input[0].call_id", 0]);
    assertEquals(codeOf(await goOn(id, "Again.")), "previous_response_not_found");
  });
  await test.step("for a refusal of llama-server", async () => {
    const id = await good();
    at.fake.reply(failure(400, "exceed_context_size_error", "too long", { n_ctx: 1 }));
    assertEquals(codeOf(await goOn(id, "Go on.")), "context_length_exceeded");
    assertEquals(codeOf(await goOn(id, "Again.")), "previous_response_not_found");
  });
  await test.step("for an answer that breaks off", async () => {
    const id = await good();
    at.fake.reply(stream({ text: "One", finish: null }));
    assertEquals((await goOn(id, "Go on.")).at(-1)?.type, "response.failed");
    assertEquals(codeOf(await goOn(id, "Again.")), "previous_response_not_found");
  });
  await test.step("and the socket still answers", async () => {
    const id = await good();
    responseOf(await goOn(id, "Go on."));
  });
});

Deno.test("a call and its output are a continuation", async () => {
  await using at = await stage();
  const tools = [{ type: "function", name: "weather", parameters: { type: "object" } }];
  at.fake.reply(toolCall("weather", {}));
  const { id, output } = responseOf(await at.client.turn({ input: "?", tools, store: false }));
  const call = output.at(-1);
  assert(call?.type === "function_call");
  const result = { type: "function_call_output", call_id: call.call_id, output: "Rain." };
  responseOf(
    await at.client.turn({ input: [result], tools, previous_response_id: id, store: false }),
  );
  assertEquals(lastPrompt(at.fake).at(-1), "tool: Rain.");
});

Deno.test("generate: false reads the prompt and can be gone on from", async (test) => {
  await using at = await stage();
  await test.step("one token is asked for, and not told", async () => {
    at.fake.reply(stream({ text: "Blah", finish: "length" }));
    const told = await at.client.turn({ input: "Read this.", generate: false, stream: true });
    assertEquals(told.map(({ type }) => type), [
      "response.created",
      "response.in_progress",
      "response.completed",
    ]);
    const { id, output, store } = responseOf(told);
    assertEquals([output, store, at.fake.requests[0]?.body["max_tokens"]], [[], false, 1]);
    responseOf(await at.client.turn({ input: "Now answer.", previous_response_id: id }));
    assertEquals(lastPrompt(at.fake), ["user: Read this.\n\nNow answer."]);
    assertEquals(at.fake.requests[1]?.body["max_tokens"], undefined);
  });
  await test.step("instructions alone are read too", async () => {
    const fields = { instructions: "Be brief.", input: [], generate: false };
    assertEquals(responseOf(await at.client.turn(fields)).output, []);
    assertStringIncludes(lastPrompt(at.fake)[0] ?? "", "Be brief.");
  });
  await test.step("nothing at all is not sent", async () => {
    const before = at.fake.requests.length;
    assertEquals(responseOf(await at.client.turn({ input: [], generate: false })).output, []);
    assertEquals(at.fake.requests.length, before);
  });
});

Deno.test("a second message while a response is told is an error, and nothing is lost", async () => {
  await using at = await stage();
  at.fake.reply(opening(), live());
  at.client.create({ input: "Hello" });
  const request = await at.fake.nextRequest();
  at.client.create({ input: "Me too" });
  let message: Message;
  do message = await at.client.next(); while (message.type !== "error");
  assertEquals(message.error?.code, "response_in_progress");
  await request.send(delta({ content: "Done." }), ending());
  do message = await at.client.next(); while (!message.type.startsWith("response.completed"));
  responseOf(await at.client.turn({ input: "Now me" }));
  assertEquals(at.fake.requests.length, 2);
});

Deno.test("a message that makes no sense is an error, and the socket stays", async (test) => {
  await using at = await stage({ CHASKI_LIMITS_BODY_MB: "1", CHASKI_LIMITS_JSON_DEPTH: "20" });
  const create = (fields: Record<string, unknown>) => ({ type: "response.create", ...fields });
  const cases: Record<string, [message: unknown, code: string]> = {
    "no JSON": ["{", "invalid_json"],
    "no object": ["[]", "invalid_request_error"],
    "no type": [{ input: "Hello" }, "unknown_event_type"],
    "another type": [{ type: "response.cancel" }, "unknown_event_type"],
    "bytes": [new Uint8Array([1, 2]), "invalid_request_error"],
    "nothing": ["", "invalid_json"],
    "a field of the wrong type": [create({ input: 5 }), "invalid_request_error"],
    "generate of the wrong type": [create({ generate: "no" }), "invalid_request_error"],
    "no input": [create({}), "invalid_request_error"],
    "a model that is not there": [create({ input: "x", model: "gpt" }), "model_not_found"],
    "too deep": [`{"a":${"[".repeat(30)}`, "invalid_request_error"],
    "too long": [create({ input: "x".repeat(1024 * 1024) }), "request_too_large"],
  };
  for (const [name, [message, code]] of Object.entries(cases)) {
    await test.step(name, async () => {
      at.client.send(message);
      const { type, error } = await at.client.next();
      assertEquals([type, error?.code], ["error", code]);
      assertMatch(error?.message ?? "", /^Cannot /);
    });
  }
  assertEquals(at.fake.requests.length, 0);
  assertEquals(requestLines(at.chaski).length, Object.keys(cases).length);
  const ignored = { background: true, stream: "no", stream_options: 5 };
  assertEquals(responseOf(await at.client.turn({ input: "Hello", ...ignored })).background, false);
});
