import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ChatChunk, ChatDelta } from "../../../src/protocol/chat.ts";
import { ApiError } from "../../../src/protocol/error.ts";
import type { OutputItem } from "../../../src/protocol/responses/output/item_types.ts";
import type { ResponseEvent } from "../../../src/protocol/responses/output/events.ts";
import {
  newResponse,
  type ResponseObject,
} from "../../../src/protocol/responses/output/response.ts";
import { responseSteps } from "../../../src/protocol/responses/output/steps.ts";
import { usageCounter } from "../../../src/protocol/responses/output/usage.ts";
import type { ResponseSteps } from "../../../src/protocol/responses/output/step_machine.ts";
import { assertFits } from "../../open_responses.ts";

const SAMPLING = { temperature: 0.8, topP: 0.95, presencePenalty: 0, frequencyPenalty: 0 };

interface Run {
  steps: ResponseSteps;
  events: ResponseEvent[];
  /** The response of the last event. */
  last(): ResponseObject;
  types(): string[];
}

function run(
  options: { holdText?: boolean; logprobs?: boolean; mostCalls?: number } = {},
): Run {
  const events: ResponseEvent[] = [];
  let ids = 0;
  const steps = responseSteps({
    response: newResponse({}, { id: "resp_1", model: "tiny", createdAt: 1000, sampling: SAMPLING }),
    emit: (event) => void events.push(event),
    newId: (prefix) => `${prefix}_${++ids}`,
    now: () => 1001,
    usage: usageCounter(),
    reasoning: "summary",
    logprobs: options.logprobs ?? false,
    mostCalls: options.mostCalls ?? Infinity,
    toolNamed: () => undefined,
    newHealer: null,
    stop: null,
    sealReasoning: null,
    holdText: options.holdText ?? false,
  });
  const last = () => {
    const event = events.at(-1);
    assert(event !== undefined && "response" in event);
    return event.response;
  };
  return { steps, events, last, types: () => events.map(({ type }) => type) };
}

function statusOf(item: OutputItem | undefined): string | undefined {
  return item !== undefined && "status" in item ? item.status : undefined;
}

function say(delta: ChatDelta, finish_reason: string | null = null): ChatChunk {
  return { choices: [{ index: 0, delta, finish_reason }] };
}

const end = (reason = "stop") => say({}, reason);
const call = (index: number, id: string, name: string, args: string): ChatChunk =>
  say({ tool_calls: [{ index, id, type: "function", function: { name, arguments: args } }] });
const args = (index: number, more: string): ChatChunk =>
  say({ tool_calls: [{ index, function: { arguments: more } }] });

function tell(chunks: readonly ChatChunk[], options?: Parameters<typeof run>[0]): Run {
  const told = run(options);
  told.steps.open();
  for (const chunk of chunks) told.steps.chunk(chunk);
  told.steps.finish();
  return told;
}

Deno.test("responseSteps() gives a response with object, status, output and usage [RA10] [RA14]", () => {
  const { last } = tell([
    say({ content: "Hi" }),
    end(),
    { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } },
  ]);
  const response = last();
  assertEquals(response.object, "response");
  assertEquals(response.status, "completed");
  assertEquals(response.completed_at, 1001);
  assertEquals(response.usage?.total_tokens, 7);
  assertFits("ResponseResource", JSON.parse(JSON.stringify(response)));
});

Deno.test("responseSteps() names items by their kind and leaves annotations empty [RA12] [RA13]", () => {
  const [item] = tell([say({ content: "Hi" }), end()]).last().output;
  assert(item?.type === "message" && item.content[0]?.type === "output_text");
  assert(item.id.startsWith("msg_"));
  assertEquals(item.content[0].annotations, []);
});

Deno.test("responseSteps() turns a tool call into a function_call item [RT27] [RT32]", () => {
  const { last, types } = tell([call(0, "c1", "f", "{"), args(0, "}"), end("tool_calls")]);
  const response = last();
  assertEquals(response.output, [
    {
      type: "function_call",
      id: "fc_1",
      status: "completed",
      call_id: "c1",
      name: "f",
      arguments: "{}",
    },
  ]);
  assert(!types().includes("response.content_part.added"));
  assertFits("ResponseResource", response);
});

Deno.test("responseSteps() keeps several calls in order [RT28]", () => {
  const { last } = tell([call(0, "a", "f", "{}"), call(1, "b", "g", "{}"), end("tool_calls")]);
  assertEquals(last().output.map((item) => item.type === "function_call" && item.name), ["f", "g"]);
});

Deno.test("responseSteps() gives a call without arguments the empty string [RT30]", () => {
  const { last, types } = tell([
    say({ tool_calls: [{ index: 0, id: "a", function: { name: "f" } }] }),
    end("tool_calls"),
  ]);
  const [item] = last().output;
  assert(item?.type === "function_call");
  assertEquals(item.arguments, "");
  assert(!types().includes("response.function_call_arguments.delta"));
});

Deno.test("responseSteps() mixes message and call in one response [RT33]", () => {
  const { last } = tell([
    say({ content: "Let me see." }),
    call(0, "a", "f", "{}"),
    end("tool_calls"),
  ]);
  assertEquals(last().output.map(({ type }) => type), ["message", "function_call"]);
});

Deno.test("responseSteps() closes items in order, and a pure tool turn has no message [H01]", () => {
  const { events, last } = tell([
    say({ reasoning_content: "hm" }),
    say({ content: "\n\n" }),
    call(0, "a", "f", "{}"),
    say({ content: "\n" }),
    call(1, "b", "f", "{}"),
    end("tool_calls"),
  ]);
  const done = events.flatMap((event) =>
    event.type === "response.output_item.done" ? [event.output_index] : []
  );
  assertEquals(done, [0, 1, 2]);
  assertEquals(last().output.map(({ type }) => type), [
    "reasoning",
    "function_call",
    "function_call",
  ]);
});

Deno.test("responseSteps() keeps blank text in front of words", () => {
  const [item] =
    tell([say({ content: "\n" }), say({ content: " " }), say({ content: "Hi\n" }), end()])
      .last().output;
  assert(item?.type === "message" && item.content[0]?.type === "output_text");
  assertEquals(item.content[0].text, "\n Hi\n");
});

Deno.test("responseSteps() leaves think tags in the text alone [H03]", () => {
  const [item] = tell([say({ content: "<think>x</think>y" }), end()]).last().output;
  assert(item?.type === "message" && item.content[0]?.type === "output_text");
  assertEquals(item.content[0].text, "<think>x</think>y");
});

Deno.test("responseSteps() puts nothing into a message when the model only thinks [H04]", () => {
  const { last } = tell([say({ reasoning_content: "hm" }), end()]);
  assertEquals(last().output.map(({ type }) => type), ["reasoning"]);
});

Deno.test("responseSteps() takes usage from a chunk without choices and cached tokens from timings [H06]", () => {
  const timings = { cache_n: 4, prompt_n: 1, prompt_ms: 1, predicted_n: 2, predicted_ms: 1 };
  const { last } = tell([
    say({ reasoning_content: "a" }),
    say({ content: "b" }),
    end(),
    { choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }, timings },
  ]);
  assertEquals(last().usage, {
    input_tokens: 5,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
    output_tokens: 2,
    output_tokens_details: { reasoning_tokens: 1 },
    total_tokens: 7,
  });
});

Deno.test("responseSteps() ends a cut text as incomplete with its reason", () => {
  const { last, types } = tell([say({ content: "Hel" }), end("length")]);
  assertEquals(last().status, "incomplete");
  assertEquals(last().incomplete_details, { reason: "max_output_tokens" });
  assertEquals(statusOf(last().output[0]), "incomplete");
  assertEquals(types().at(-1), "response.incomplete");
});

Deno.test("responseSteps() never finishes a call that was cut", () => {
  const { last, types } = tell([call(0, "a", "f", '{"x'), end("length")]);
  assert(!types().includes("response.output_item.done"));
  assert(!types().includes("response.function_call_arguments.done"));
  const [item] = last().output;
  assert(item?.type === "function_call");
  assertEquals([item.status, item.arguments], ["incomplete", '{"x']);
});

Deno.test("responseSteps() gives calls without id, or with one used before, an id of their own", () => {
  const { last } = tell([
    call(0, "", "f", "{}"),
    call(1, "same", "f", "{}"),
    call(2, "same", "f", "{}"),
    end("tool_calls"),
  ]);
  const ids = last().output.map((item) => item.type === "function_call" ? item.call_id : "");
  assertEquals(new Set(ids).size, 3);
  assert(ids.every((id) => id !== "") && ids.includes("same"));
});

Deno.test("responseSteps() waits for a call's name and loses no argument meanwhile", () => {
  const { events, last } = tell([
    args(0, '{"a"'),
    call(0, "x", "f", ":1"),
    args(0, "}"),
    end("tool_calls"),
  ]);
  const [item] = last().output;
  assert(item?.type === "function_call");
  assertEquals(item.arguments, '{"a":1}');
  const deltas = events.flatMap((event) => "delta" in event ? [event.delta] : []).join("");
  assertEquals(deltas, item.arguments);
});

Deno.test("responseSteps() gives fragments without an index to the call that is being written", () => {
  const { last } = tell([
    call(3, "x", "f", "{"),
    say({ tool_calls: [{ function: { arguments: "}" } }] }),
    end("tool_calls"),
  ]);
  const [item] = last().output;
  assert(item?.type === "function_call");
  assertEquals(item.arguments, "{}");
});

Deno.test("responseSteps() refuses fragments of a call that is over, and calls without a name", () => {
  const { steps } = run();
  steps.chunk(call(0, "a", "f", "{}"));
  steps.chunk(call(1, "b", "f", "{}"));
  assertThrows(() => steps.chunk(args(0, "x")), ApiError, "went on after");
  const unnamed = run().steps;
  unnamed.chunk(args(0, "{}"));
  assertThrows(() => unnamed.finish(), ApiError, "no name");
});

Deno.test("responseSteps() leaves out what comes behind the only call that is wanted [H09]", () => {
  const { last } = tell([
    say({ content: "Let me see." }),
    call(0, "a", "f", "{}"),
    call(1, "b", "f", "{"),
    args(1, "}"),
    say({ content: "and more" }),
    end("tool_calls"),
  ], { mostCalls: 1 });
  assertEquals(last().output.map(({ type }) => type), ["message", "function_call"]);
  assertEquals(last().status, "completed");
});

Deno.test("responseSteps() tells a refusal as a part of its own", () => {
  const { last, types } = tell([say({ content: "No." }), say({ refusal: "I will not." }), end()]);
  const [item] = last().output;
  assert(item?.type === "message");
  assertEquals(item.content.map(({ type }) => type), ["output_text", "refusal"]);
  assert(types().includes("response.refusal.done"));
});

Deno.test("responseSteps() fails with what was said so far, and with a code that is a word", () => {
  const told = run();
  told.steps.open();
  told.steps.chunk(say({ content: "Hel" }));
  told.steps.fail(new ApiError("Gone.", { status: 502, type: "server_error" }));
  assertEquals(told.last().status, "failed");
  assertEquals(told.last().error, { code: "server_error", message: "Gone." });
  assertEquals(statusOf(told.last().output[0]), "incomplete");
  assertFits("ResponseResource", told.last());
});

Deno.test("responseSteps() repeats the response as it stands when the line is silent", () => {
  const told = run();
  told.steps.open();
  told.steps.chunk(say({ content: "Hel" }));
  told.steps.beat({ phase: "answer" });
  const event = told.events.at(-1);
  assert(event?.type === "response.in_progress");
  assertEquals(event.chaski, { phase: "answer" });
  const [item] = event.response.output;
  assert(item?.type === "message" && item.content[0]?.type === "output_text");
  assertEquals(item.content[0].text, "Hel");
});

Deno.test("responseSteps() holds the last text back, but not what comes before a call", () => {
  const held = run({ holdText: true });
  held.steps.chunk(say({ content: '{"a":1}' }));
  held.steps.chunk(end());
  assertEquals(held.steps.heldText(), '{"a":1}');
  assertEquals(held.events, []);
  const called = run({ holdText: true });
  called.steps.chunk(say({ content: "Let me see." }));
  called.steps.chunk(call(0, "a", "f", "{}"));
  called.steps.chunk(end("tool_calls"));
  assertEquals(called.steps.heldText(), null);
  called.steps.finish();
  assertEquals(called.last().output.map(({ type }) => type), ["message", "function_call"]);
});

Deno.test("responseSteps() holds nothing but thought as an empty text, which fits no schema", () => {
  const { steps } = run({ holdText: true });
  steps.chunk(say({ content: "words" }));
  steps.chunk(say({ reasoning_content: "hm" }));
  steps.chunk(end());
  assertEquals(steps.heldText(), "words");
  const silent = run({ holdText: true }).steps;
  silent.chunk(say({ reasoning_content: "hm" }));
  silent.chunk(end());
  assertEquals(silent.heldText(), "");
});

Deno.test("responseSteps() replaces held text by that of another pass, and counts its prompt once", () => {
  const { steps, last } = run({ holdText: true });
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
  steps.chunk(say({ content: "words" }));
  steps.chunk(end());
  steps.chunk({ usage });
  steps.restart(true);
  steps.chunk(say({ content: "{}" }));
  steps.chunk(end());
  steps.chunk({ usage });
  steps.finish();
  const [item] = last().output;
  assert(item?.type === "message" && item.content[0]?.type === "output_text");
  assertEquals(item.content[0].text, "{}");
  const { input_tokens, output_tokens, total_tokens } = last().usage ?? {};
  assertEquals([input_tokens, output_tokens, total_tokens], [5, 4, 9]);
});

const text = fc.string({ maxLength: 5 });
const anyDelta: fc.Arbitrary<ChatDelta> = fc.oneof(
  text.map((content) => ({ content })),
  text.map((reasoning_content) => ({ reasoning_content })),
  fc.record({ index: fc.nat(3), id: text, name: text, arguments: text }).map((one) => ({
    tool_calls: [{
      index: one.index,
      id: one.id,
      function: { name: one.name, arguments: one.arguments },
    }],
  })),
);

Deno.test("responseSteps() ends every order of deltas with one true terminal event", () => {
  fc.assert(fc.property(
    fc.array(anyDelta, { maxLength: 20 }),
    fc.constantFrom("stop", "length", "tool_calls"),
    (deltas, reason) => {
      const { steps, events, types } = run();
      steps.open();
      try {
        for (const delta of deltas) steps.chunk(say(delta));
        steps.chunk(end(reason));
        steps.finish();
      } catch (error) {
        assert(error instanceof ApiError);
        steps.fail(error);
      }
      const ends = types().filter((type) => /^response\.(completed|incomplete|failed)$/.test(type));
      assertEquals(ends, types().slice(-1));
      const done = events.flatMap((event) =>
        event.type === "response.output_item.done" ? [event.output_index] : []
      );
      assertEquals(done, done.map((_, i) => i));
    },
  ));
});
