import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Chaski } from "../chaski_process.ts";
import { collect, sseEvents } from "../sse_reader.ts";
import type { RunningLlamaServer } from "../tools/llama_server.ts";
import type { Report } from "./report.ts";
import { runChaski } from "./run_chaski.ts";

/** The model's name in front of and behind Chaski. */
export const MODEL = "tiny";

const TOOL = {
  type: "function",
  name: "get_weather",
  description: "Tells the weather of a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};
const QUESTION = "[[think]] [[tool]] What is the weather in Cusco?";
const CANCEL_LIMIT_MS = 3000;

/** Checks every endpoint of a Chaski that serves, over a real llama-server. */
export async function checkServing(
  report: Report,
  chaski: Chaski,
  llamaServer: RunningLlamaServer,
): Promise<void> {
  const { url } = chaski;
  await report.check("/healthz and /readyz answer 200", async () => {
    assertEquals((await getJson(`${url}/healthz`)).status, "ok");
    assertEquals((await getJson(`${url}/readyz`)).status, "ready");
  });
  await report.check("chaski health exits with 0, and with 1 where nobody listens", async () => {
    const ready = { code: 0, stdout: "ready\n", stderr: "" };
    assertEquals(await runChaski("health", "--url", url), ready);
    const nobody = await runChaski("health", "--url", "http://127.0.0.1:1");
    assertEquals([nobody.code, nobody.stdout], [1, ""]);
  });
  await report.check("/v1/models lists the model, for OpenAI clients and for Codex", async () => {
    const { data, models } = await getJson(`${url}/v1/models`);
    assertEquals([data[0].id, models[0].slug], [MODEL, MODEL]);
  });
  await report.check(
    "a streamed response thinks, calls the tool and ends once",
    () => checkStream(url),
  );
  await report.check("a whole response holds the call", async () => {
    const response = await post(`${url}/v1/responses`, responsesRequest(false));
    const { object, status, output } = await response.json();
    assertEquals([response.status, object, status], [200, "response", "completed"]);
    checkCall(output.at(-1));
  });
  await report.check("a chat completion streams to [DONE]", async () => {
    const messages = [{ role: "user", content: "Hello" }];
    const body = { model: MODEL, stream: true, max_completion_tokens: 64, messages };
    const { events, rest } = await collect(await post(`${url}/v1/chat/completions`, body));
    assertEquals([events.at(-1)?.data, rest], ["[DONE]", ""]);
    assert(events.length > 2, `${events.length} events`);
  });
  await report.check("a message streams to message_stop", async () => {
    const messages = [{ role: "user", content: "Hello" }];
    const body = { model: MODEL, stream: true, max_tokens: 64, messages };
    const { events, rest } = await collect(await post(`${url}/v1/messages`, body));
    const names = events.map(({ event }) => event);
    assertEquals([names[0], names.at(-1), rest], ["message_start", "message_stop", ""]);
    assert(names.includes("content_block_delta"), names.join(", "));
  });
  await report.check("mistakes are answered in OpenAI's envelope", async () => {
    const unknown = await fetch(`${url}/v1/nothing`);
    const broken = await fetch(`${url}/v1/responses`, { method: "POST", body: "{" });
    assertEquals([unknown.status, broken.status], [404, 400]);
    for (const response of [unknown, broken]) {
      assertEquals(typeof (await response.json()).error.message, "string");
    }
  });
  await report.check(
    "a client that leaves frees llama-server and is logged as cancelled",
    () => checkCancel(chaski, llamaServer),
  );
}

async function checkStream(url: string): Promise<void> {
  const response = await post(`${url}/v1/responses`, responsesRequest(true));
  assertEquals(response.headers.get("content-type")?.split(";")[0], "text/event-stream");
  const { events, rest } = await collect(response);
  const data = events.map((event) => event.data as StreamEvent);
  assertEquals(rest, "");
  assertEquals(data.map((event) => event.sequence_number), data.map((_, index) => index));
  const order = data.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
  assertEquals(order.filter((type) => type !== "response.in_progress"), [
    "response.created",
    "response.output_item.added",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.reasoning_summary_part.done",
    "response.output_item.done",
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
    "response.completed",
  ]);
  checkCall(data.at(-1)?.response?.output.at(-1));
}

interface StreamEvent {
  type: string;
  sequence_number: number;
  response?: { output: OutputItem[] };
}

interface OutputItem {
  type: string;
  name?: string;
  arguments?: string;
}

function checkCall(item: OutputItem | undefined): void {
  assertEquals([item?.type, item?.name], ["function_call", "get_weather"]);
  assertMatch(item?.arguments ?? "", /^\{\s*"city"/);
}

async function checkCancel(chaski: Chaski, llamaServer: RunningLlamaServer): Promise<void> {
  // The marker without a tool makes the tiny model repeat itself until its limit.
  const endless = { model: MODEL, stream: true, input: "[[tool]] go", max_output_tokens: 20_000 };
  const seen: string[] = [];
  for await (const { event } of sseEvents(await post(`${chaski.url}/v1/responses`, endless))) {
    seen.push(event);
    if (event.endsWith(".delta")) break;
  }
  assert(seen.at(-1)?.endsWith(".delta"), `no delta among ${seen.join(", ")}`);
  await chaski.logged((line) => line["outcome"] === "cancelled", CANCEL_LIMIT_MS);
  const until = performance.now() + CANCEL_LIMIT_MS;
  while (await isBusy(llamaServer.url)) {
    assert(performance.now() < until, "llama-server still works for the client that left");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function isBusy(llamaServer: string): Promise<boolean> {
  const slots: { is_processing: boolean }[] = await getJson(`${llamaServer}/slots`);
  return slots.some((slot) => slot.is_processing);
}

function responsesRequest(stream: boolean) {
  return { model: MODEL, stream, input: QUESTION, tools: [TOOL], max_output_tokens: 400 };
}

function post(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

async function getJson(url: string) {
  const response = await fetch(url);
  assertEquals(response.status, 200);
  return await response.json();
}
