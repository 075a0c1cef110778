/**
 * The acceptance suite of Open Responses (2026-04-24), its seventeen tests as they are described:
 * what each sends and what it asserts, over the real llama-server with the tiny model. `image-input`
 * passes by the rule that a blind model is told of an omitted image.
 */
import { assert, assertEquals } from "@std/assert";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { codeOf, type Message, openClient, responseOf } from "../http/socket_client.ts";
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

const overSocket: Readonly<Record<string, Check>> = {
  "websocket-response": async (stage, more) => {
    using client = await openClient(stage.chaski.url);
    assertCompleted(await client.turn({ model: MODEL, input: "Say hello.", ...more }));
  },
  "websocket-sequential-responses": async (stage, more) => {
    using client = await openClient(stage.chaski.url);
    const turn = { model: MODEL, store: false, ...more };
    for (const input of ["Say one.", "Say two."]) {
      assertCompleted(await client.turn({ ...turn, input }));
    }
  },
  "websocket-continuation": async (stage, more) => {
    using client = await openClient(stage.chaski.url);
    const turn = { model: MODEL, store: false, ...more };
    const { id } = assertCompleted(await client.turn({ ...turn, input: "My name is Ann." }));
    const next = { ...turn, previous_response_id: id, input: "What is my name?" };
    assertCompleted(await client.turn(next));
  },
  "websocket-reconnect-store-false-recovery": async (stage, more) => {
    const turn = { model: MODEL, store: false, ...more };
    let id = "";
    {
      using first = await openClient(stage.chaski.url);
      id = assertCompleted(await first.turn({ ...turn, input: "One." })).id;
    }
    using second = await openClient(stage.chaski.url);
    const lost = await second.turn({ ...turn, previous_response_id: id, input: "Two." });
    assertEquals(codeOf(lost), "previous_response_not_found");
    assertCompleted(await second.turn({ ...turn, input: "Two." }));
  },
  "websocket-previous-response-not-found": async (stage) => {
    using client = await openClient(stage.chaski.url);
    const turn = { model: MODEL, previous_response_id: "resp_none", input: "Hello." };
    assertEquals(codeOf(await client.turn(turn)), "previous_response_not_found");
  },
  "websocket-failed-continuation-evicts-cache": async (stage, more) => {
    using client = await openClient(stage.chaski.url);
    const turn = { model: MODEL, store: false, ...more };
    const { id } = assertCompleted(await client.turn({ ...turn, input: "One." }));
    const output = { type: "function_call_output", call_id: "call_none", output: "x" };
    const orphan = { ...turn, previous_response_id: id, input: [output] };
    assert(codeOf(await client.turn(orphan)) !== "previous_response_not_found");
    const retry = { ...turn, previous_response_id: id, input: "Two." };
    assertEquals(codeOf(await client.turn(retry)), "previous_response_not_found");
  },
  "websocket-compact-new-chain": async (stage, more) => {
    const [status, compacted] = await post(stage, "/responses/compact", {
      model: MODEL,
      input: [say("user", "[[plain]] My name is Ann."), say("assistant", "Hello, Ann.")],
    });
    assertEquals(status, 200);
    using client = await openClient(stage.chaski.url);
    const input = [...compacted.output, say("user", "What is my name?")];
    assertCompleted(await client.turn({ model: MODEL, store: false, input, ...more }));
  },
};

function assertCompleted(told: readonly Message[]) {
  const response = responseOf(told);
  assertFits("ResponseResource", JSON.parse(JSON.stringify(response)));
  assertEquals(response.status, "completed");
  return response;
}

for (const effort of ["none", "medium"]) {
  Deno.test(`the suite of Open Responses passes with reasoning effort ${effort}`, async (t) => {
    assertEquals(Object.keys({ ...overHttp, ...overSocket }).length, 17);
    const args = ["--alias", MODEL, "-c", "16384", "-np", "2"];
    await using stage = await realStage(args);
    for (const [name, check] of Object.entries({ ...overHttp, ...overSocket })) {
      await t.step(name, async () => void await check(stage, { reasoning: { effort } }));
    }
  });
}
