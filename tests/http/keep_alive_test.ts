/** What a client hears while llama-server is silent, with the times of the real thing. */
import { assert, assertEquals } from "@std/assert";
import OpenAI from "openai";
import type { ProgressNote, ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { delta, ending, opening, stream } from "../fake_llama/answers.ts";
import { live, type Script } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { assertEventFits } from "../open_responses.ts";
import { collect, type SseCollection } from "../sse_reader.ts";

/** Milliseconds after the request was sent. */
const HEAD = 2000, FIRST = 5000, EVERY = 10_000;
/** What a busy machine may add. */
const SLACK = 700;
/** When the upstream speaks again: behind the second keep-alive. */
const SILENCE = 15_500;

interface Heard extends SseCollection {
  sentAt: number;
  headAt: number;
}

async function listen(url: string, body: unknown): Promise<Heard> {
  const sentAt = performance.now();
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const headAt = performance.now();
  assertEquals(response.status, 200);
  return { ...await collect(response), sentAt, headAt };
}

type Beat = ResponseEvent & { type: "response.in_progress"; chaski?: ProgressNote };

/** The keep-alives of a stream, which are all its `in_progress` but the first. */
function beatsOf({ events, rest }: Heard): { beat: Beat; at: number }[] {
  assertEquals([rest, events.at(-1)?.event], ["", "response.completed"]);
  const sequence = events.map(({ data }) => (data as { sequence_number: number }).sequence_number);
  assertEquals(sequence, sequence.map((_, i) => i));
  return events.filter(({ event }) => event === "response.in_progress").slice(1)
    .map(({ data, receivedAt }) => ({ beat: data as Beat, at: receivedAt }));
}

/** Two signs of life in time: the first after acceptance, the second after the first. */
function assertInTime({ sentAt }: Heard, times: readonly number[]): void {
  assertEquals(times.length, 2);
  const [first = 0, second = 0] = times;
  assert(first - sentAt <= FIRST + SLACK, `the first after ${first - sentAt} ms`);
  assert(second - first <= EVERY + SLACK, `the second ${second - first} ms later`);
  // Early keep-alives are no fault, but many would be.
  assert(first - sentAt > 1500 && second - first > 5000);
}

const PROMPT = { total: 900, cache: 100, processed: 300, time_ms: 20 };
const SPEAKS = [delta({ content: " three." }), ending()];

type Phase = Exclude<ProgressNote["phase"], "loading">;

/** Queued, reading the prompt, and in the middle of an answer. */
const SILENCES: Record<Phase, [before: Script, after: Script]> = {
  waiting: [[], stream({ text: "One two three." })],
  prompt: [opening([PROMPT]), SPEAKS],
  answer: [stream({ text: "One two", progress: [PROMPT], finish: null }), SPEAKS],
};

/** An answer that is still to come; in an object, so that waiting for the one is not the other. */
interface Coming<T> {
  answer: Promise<T>;
}

/** Sends a request, waits until it has arrived, and makes the upstream silent in this phase. */
async function silently<T>(
  fake: FakeLlama,
  phase: Phase,
  ask: () => Promise<T>,
): Promise<Coming<T>> {
  const [before, after] = SILENCES[phase];
  fake.reply(before, live());
  const answer = ask();
  const request = await fake.nextRequest();
  const timer = setTimeout(() => void request.send(after), SILENCE);
  return { answer: answer.finally(() => clearTimeout(timer)) };
}

/** Each starts one request in a phase, and gives the check of its answer. */
type Check = (fake: FakeLlama, chaski: Chaski) => Promise<() => Promise<void>>;

function responses(phase: Phase): Check {
  return async (fake, { url }) => {
    const ask = () => listen(`${url}/v1/responses`, { input: "Hello", stream: true });
    const { answer } = await silently(fake, phase, ask);
    return async () => {
      const heard = await answer;
      const beats = beatsOf(heard);
      for (const { beat } of beats) checkBeat(beat, phase);
      assertInTime(heard, beats.map(({ at }) => at));
      const headAfter = heard.headAt - heard.sentAt;
      if (phase === "waiting") assert(headAfter > HEAD - 200 && headAfter < HEAD + SLACK);
      else assert(headAfter < HEAD - 200, `${phase}: the head after ${headAfter} ms`);
    };
  };
}

function checkBeat(beat: Beat, phase: Phase): void {
  const { chaski, ...event } = beat;
  assertEquals(chaski, phase === "waiting" ? { phase } : { phase, prompt: PROMPT });
  assertEventFits(event);
  const texts = beat.response.output.map((item) => {
    const part = item.type === "message" ? item.content[0] : undefined;
    return part !== undefined && "text" in part ? part.text : null;
  });
  assertEquals(texts, phase === "answer" ? ["One two"] : []);
}

const withoutProgress: Check = async (fake, { url }) => {
  const ask = () => listen(`${url}/v1/responses`, { input: "Hello", stream: true });
  const { answer } = await silently(fake, "prompt", ask);
  return async () => {
    const heard = await answer;
    const beats = beatsOf(heard);
    for (const { beat } of beats) assert(!("chaski" in beat));
    assertInTime(heard, beats.map(({ at }) => at));
  };
};

function chat(phase: Phase): Check {
  return async (fake, { url }) => {
    const body = { messages: [{ role: "user", content: "Hello" }], stream: true };
    const { answer } = await silently(
      fake,
      phase,
      () => listen(`${url}/v1/chat/completions`, body),
    );
    return async () => {
      const heard = await answer;
      assertEquals([heard.events.at(-1)?.data, heard.rest], ["[DONE]", ""]);
      assertInTime(heard, heard.comments.map(({ receivedAt }) => receivedAt));
    };
  };
}

function messages(phase: Phase): Check {
  return async (fake, { url }) => {
    const body = { messages: [{ role: "user", content: "Hello" }], stream: true };
    const { answer } = await silently(fake, phase, () => listen(`${url}/v1/messages`, body));
    return async () => {
      const heard = await answer;
      assertEquals([heard.events.at(-1)?.event, heard.rest], ["message_stop", ""]);
      const pings = heard.events.filter(({ event }) => event === "ping");
      for (const { data } of pings) assertEquals(data, { type: "ping" });
      assertInTime(heard, pings.map(({ receivedAt }) => receivedAt));
    };
  };
}

const sdk: Check = async (fake, { url }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
  const types: string[] = [];
  const { answer } = await silently(fake, "answer", async () => {
    const events = client.responses.stream({ model: "tiny", input: "Hello" });
    events.on("event", ({ type }) => types.push(type));
    return await events.finalResponse();
  });
  return async () => {
    const final = await answer;
    assertEquals([final.status, final.output_text], ["completed", "One two three."]);
    assertEquals(types.filter((type) => type === "response.in_progress").length, 3);
  };
};

Deno.test("a silent llama-server is kept alive by events that carry what is known, in time [H18]", async () => {
  await using fake = await FakeLlama.start({ slots: 16 });
  await using chaski = await startChaski({ upstream: fake.url });
  await using quiet = await startChaski({ upstream: fake.url, env: { CHASKI_PROGRESS: "false" } });
  const checks = [await withoutProgress(fake, quiet)];
  const phases = ["waiting", "prompt", "answer"] as const;
  const all = [...phases.map(responses), ...phases.map(messages), chat("waiting"), chat("answer")];
  for (const check of [...all, sdk]) {
    checks.push(await check(fake, chaski));
  }
  await Promise.all(checks.map((check) => check()));
});
