/**
 * The acceptance suite of Open Responses (2026-04-24), its seventeen tests as they are described:
 * what each sends and what it asserts, over the real llama-server with the tiny model. `image-input`
 * passes by the rule that a blind model is told of an omitted image.
 */
import { assert, assertEquals } from "@std/assert";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { sseEvents } from "../sse_reader.ts";
import { type RealStage, realStage } from "./real_stage.ts";

type Json = Record<string, unknown>;

interface Answer extends Json {
  id: string;
  status: string;
  output: Json[];
}

const MODEL = "tiny";

const say = (role: string, text: string, more: Json = {}) => ({
  type: "message",
  role,
  content: [{ type: role === "assistant" ? "output_text" : "input_text", text }],
  ...more,
});

async function post({ chaski }: RealStage, path: string, body: Json): Promise<[number, Answer]> {
  const answer = await fetch(`${chaski.url}/v1${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}

/** A response that is one, completed, and says something. */
async function answered(stage: RealStage, body: Json): Promise<Answer> {
  const [status, response] = await post(stage, "/responses", { model: MODEL, ...body });
  assertEquals(status, 200, JSON.stringify(response));
  assertFits("ResponseResource", response);
  assertEquals(response.status, "completed");
  assert(response.output.length > 0);
  return response;
}

/** What the suite sends; `effort` switches the tiny model's thinking. */
type Check = (stage: RealStage, more: Json) => Promise<unknown>;

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const overHttp: Readonly<Record<string, Check>> = {
  "basic-response": (stage, more) =>
    answered(stage, { ...more, input: [say("user", "Say hello in exactly 3 words.")] }),
  "assistant-phase": (stage, more) =>
    answered(stage, {
      ...more,
      input: [
        say("user", "Begin."),
        say("assistant", "I look.", { phase: "commentary" }),
        say("assistant", "It is done.", { phase: "final_answer" }),
        say("user", "What was that?"),
      ],
    }),
  "response-output-phase-schema": () => {
    const text = { type: "output_text", text: "It is done.", annotations: [], logprobs: [] };
    const message = { id: "msg_1", status: "completed", role: "assistant", phase: "final_answer" };
    assertFits("Message", { type: "message", ...message, content: [text] });
    return Promise.resolve();
  },
  "streaming-response": async (stage, more) => {
    const answer = await fetch(`${stage.chaski.url}/v1/responses`, {
      method: "POST",
      body: JSON.stringify({ model: MODEL, stream: true, input: "Count from 1 to 5.", ...more }),
    });
    let last: { type: string; response?: Answer } | undefined;
    for await (const { data } of sseEvents(answer)) {
      last = data as typeof last;
      assertEventFits(last!);
    }
    assertEquals([last?.type, last?.response?.status], ["response.completed", "completed"]);
    assertFits("ResponseResource", last?.response);
  },
  "system-prompt": (stage, more) =>
    answered(stage, {
      ...more,
      input: [say("system", "You are a pirate."), say("user", "Say hello.")],
    }),
  "tool-calling": async (stage, more) => {
    const parameters = {
      type: "object",
      properties: { location: { type: "string" } },
      required: ["location"],
    };
    const tools = [{ type: "function", name: "get_weather", description: "Weather", parameters }];
    const input = [say("user", "[[tool]] What is the weather in Lima?")];
    const { output } = await answered(stage, { ...more, input, tools });
    assert(output.some(({ type }) => type === "function_call"), JSON.stringify(output));
  },
  "image-input": (stage, more) => {
    const image = { type: "input_image", image_url: `data:image/png;base64,${PNG}` };
    const content = [{ type: "input_text", text: "What do you see?" }, image];
    return answered(stage, { ...more, input: [{ type: "message", role: "user", content }] });
  },
  "multi-turn": (stage, more) =>
    answered(stage, {
      ...more,
      input: [
        say("user", "My name is Ann."),
        say("assistant", "Hello, Ann."),
        say("user", "What is my name?"),
      ],
    }),
  "compact-response": async (stage) => {
    const input = [say("user", "[[plain]] My name is Ann."), say("assistant", "Hello, Ann.")];
    const body = { model: MODEL, input, prompt_cache_key: "suite" };
    const [status, compacted] = await post(stage, "/responses/compact", body);
    assertEquals(status, 200, JSON.stringify(compacted));
    assertFits("CompactResource", compacted);
    assertEquals(compacted.object, "response.compaction");
    assert(compacted.output.some(({ type }) => type === "compaction"));
  },
  "compact-missing-model": async (stage) => {
    const [status] = await post(stage, "/responses/compact", { input: "x" });
    assert([400, 422].includes(status), `${status}`);
  },
};

for (const effort of ["none", "medium"]) {
  Deno.test(`the suite of Open Responses passes with reasoning effort ${effort}`, async (t) => {
    const args = ["--alias", MODEL, "-c", "16384", "-np", "2"];
    await using stage = await realStage(args);
    for (const [name, check] of Object.entries(overHttp)) {
      await t.step(name, async () => void await check(stage, { reasoning: { effort } }));
    }
  });
}
