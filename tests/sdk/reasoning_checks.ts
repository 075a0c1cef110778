import { assert, assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import {
  assertOpenResponses,
  eventsOf,
  finalResponse,
  streamedEvents,
} from "./responses_events.ts";
import { type Check, sdk, type SdkStage } from "./sdk_stage.ts";

/** The model's thinking, in both dialects. */
export const reasoningChecks: readonly Check[] = [
  { name: "`responses.create()` streams reasoning as a summary", run: asSummary },
  { name: "`responses.create()` streams reasoning as text where so configured", run: asText },
  // gpt-oss cannot be kept from thinking.
  {
    name: "`responses.create()` thinks nothing with effort none",
    templates: ["qwen3", "qwen3.5"],
    run: none,
  },
];

const THINK = { input: "[[think]] Hello." };

async function asSummary({ client }: SdkStage): Promise<void> {
  const events = await streamedEvents(client, THINK);
  assertOpenResponses(events);
  const deltas = eventsOf(events, "response.reasoning_summary_text.delta");
  const text = deltas.map(({ delta }) => delta).join("");
  const response = finalResponse(events);
  const [item] = response.output;
  assert(item?.type === "reasoning" && text.length > 0, JSON.stringify(response.output));
  assertEquals(item.summary, [{ type: "summary_text", text }]);
  // Both are replayed, and only the content becomes part of the next prompt.
  assertEquals(item.content, [{ type: "reasoning_text", text }]);
  assertEquals(eventsOf(events, "response.reasoning_text.delta"), []);
  const { usage } = response;
  assert((usage?.output_tokens_details.reasoning_tokens ?? 0) > 0, JSON.stringify(usage));
}

async function asText({ upstream }: SdkStage): Promise<void> {
  await using chaski = await startChaski({
    upstream,
    env: { CHASKI_REASONING_EVENTS: "text" },
  });
  const events = await streamedEvents(sdk(chaski), THINK);
  const deltas = eventsOf(events, "response.reasoning_text.delta");
  const text = deltas.map(({ delta }) => delta).join("");
  assertEquals(eventsOf(events, "response.reasoning_text.done").map((done) => done.text), [text]);
  const [item] = finalResponse(events).output;
  assert(item?.type === "reasoning" && text.length > 0);
  assertEquals(item.summary, []);
  assertEquals(item.content, [{ type: "reasoning_text", text }]);
  assertEquals(eventsOf(events, "response.reasoning_summary_text.delta"), []);
}

async function none({ client }: SdkStage): Promise<void> {
  const events = await streamedEvents(client, { ...THINK, reasoning: { effort: "none" } });
  const response = finalResponse(events);
  assertEquals(response.output.map(({ type }) => type), ["message"]);
  assertEquals(response.usage?.output_tokens_details.reasoning_tokens, 0);
}
