/**
 * The step machine of a Responses stream: chat chunks in, events out. Pure: ids and time are
 * passed in, and every event goes to the given sink.
 *
 * Items open with their first content and close in order of `output_index`; exactly one terminal
 * event ends the stream, and it is true.
 */
import type { ChatDelta } from "../../chat.ts";
import type { HealedPiece } from "../../healing/text_scene.ts";
import { EMPTY_ANSWER } from "../empty_answer.ts";
import { callTrack } from "./call_track.ts";
import { type CallPrefix, callPrefix, type OpenCall, openCall } from "./calls.ts";
import { responseFrame } from "./frame.ts";
import type { TokenLogprob } from "./item_types.ts";
import { type OpenMessage, openMessage, type OpenReasoning, openReasoning } from "./items.ts";
import { NO_LOGPROBS, toLogprobs } from "./logprobs.ts";
import { incompleteReason, type ResponseSteps, type StepContext } from "./step_machine.ts";
import { countsSoFar } from "./usage.ts";

const BLANK = /^\s*$/;

/** Makes the machine for one response. */
export function responseSteps(context: StepContext): ResponseSteps {
  const { emit, newId, usage, stop } = context;
  let mayCall = true;
  let healer = context.newHealer?.(mayCall) ?? null;
  /** Whether the healer has heard text that a thought would interrupt. */
  let inText = false;
  const frame = responseFrame(context, (status) => open?.snapshot(status) ?? null);
  const { done } = frame;
  let open: OpenReasoning | OpenMessage | OpenCall | null = null;
  /** Text not sent yet: blank so far (a pure tool turn has no message), or held. */
  let pending: { text: string; logprobs: TokenLogprob[] } = { text: "", logprobs: [] };
  let finishReason: string | null = null;

  const place = (prefix: "rs" | "msg" | CallPrefix) => ({
    id: newId(prefix),
    outputIndex: done.length,
    emit,
  });

  function closeItem(): void {
    if (open !== null) done.push(open.close("completed"));
    open = null;
  }

  const calls = callTrack({
    next: () => flushPending(),
    start(callId, name) {
      closeItem();
      const tool = context.toolNamed(name);
      open = openCall(place(callPrefix(tool)), { callId, name, tool });
    },
    append: (args) => open?.kind === "call" && open.append(args),
    end: closeItem,
  }, { newCallId: () => newId("call"), most: context.mostCalls });

  /** Closes whatever is open, so that another item may begin. */
  function closeOpen(): void {
    calls.close();
    closeItem();
  }

  function think(delta: string): void {
    if (open?.kind !== "reasoning") {
      if (!context.holdText) flushPending();
      closeOpen();
      open = openReasoning(place("rs"), context.reasoning, context.sealReasoning);
    }
    open.append(delta);
  }

  function message(): OpenMessage {
    if (open?.kind === "message") return open;
    closeOpen();
    const opened = openMessage(place("msg"));
    open = opened;
    return opened;
  }

  function say(delta: string, logprobs: TokenLogprob[]): void {
    if (open?.kind === "message" && !context.holdText) {
      open.appendText(delta, logprobs);
      return;
    }
    pending.text += delta;
    pending.logprobs.push(...logprobs);
    // What is pending is blank, unless it is held.
    if (!context.holdText && !BLANK.test(delta)) flushPending();
  }

  /** Sends text kept back, unless it is blank: then it means nothing. */
  function flushPending(): void {
    const { text, logprobs } = pending;
    pending = { text: "", logprobs: [] };
    if (!BLANK.test(text)) message().appendText(text, logprobs);
  }

  /** Text on its way, which a stop sequence may end or hold back. */
  function write(text: string, logprobs: TokenLogprob[]): void {
    const told = stop === null ? text : stop.push(text);
    if (told !== "") say(told, logprobs);
  }

  /** What the beginning of a stop sequence held back, for the text has ended. */
  function release(): void {
    const text = stop?.flush() ?? "";
    if (text !== "") say(text, NO_LOGPROBS);
  }

  /** A thought ends the text before it, with whatever the beginning of something held back. */
  function endText(): void {
    if (inText && healer !== null) {
      tell(healer.end());
      healer = context.newHealer?.(mayCall) ?? null;
    }
    inText = false;
    release();
  }

  const stopped = () => stop !== null && stop.matched() !== null;

  /** What the healer made of the text. */
  function tell(pieces: readonly HealedPiece[]): void {
    for (const piece of pieces) {
      if (calls.full() || stopped()) return;
      if (piece.kind === "text") {
        write(piece.text, NO_LOGPROBS);
        continue;
      }
      release();
      if (piece.kind === "reasoning") {
        usage.thought();
        think(piece.text);
      } else calls.add(piece.name, piece.arguments);
    }
  }

  function apply(delta: ChatDelta, logprobs: TokenLogprob[]): void {
    if (calls.full()) return;
    if (delta.reasoning_content) {
      endText();
      usage.thought();
      think(delta.reasoning_content);
    }
    if (delta.content) {
      inText = true;
      if (healer === null) write(delta.content, logprobs);
      else tell(healer.push(delta.content));
      if (stopped()) return;
    }
    if (delta.refusal) {
      flushPending();
      message().appendRefusal(delta.refusal);
    }
    if (delta.tool_calls) {
      if (healer !== null) tell(healer.sleep());
      release();
    }
    if (context.mostCalls === 0) return;
    for (const fragment of delta.tool_calls ?? []) calls.delta(fragment);
  }

  /** Whether there is nothing but thoughts so far, and maybe what stands before the answer. */
  const unsaid = () => done.every(({ type }) => type === "reasoning" || type === "compaction");

  function finishCut(reason: string): void {
    // A call that was cut is told in the last response only: clients run what is done.
    if (open !== null && open.kind !== "call") {
      done.push(open.close("incomplete"));
      open = null;
    }
    frame.incomplete(reason);
  }

  return {
    ...frame.told,
    chunk(chunk) {
      if (stopped()) return;
      const choice = chunk.choices?.find((one) => one.index === 0);
      if (choice !== undefined) {
        apply(
          choice.delta ?? {},
          context.logprobs ? toLogprobs(choice.logprobs?.content) : NO_LOGPROBS,
        );
        if (choice.finish_reason != null && healer !== null) {
          // A call is finished without its closing tags, but never when it was cut.
          tell(incompleteReason(choice.finish_reason) === null ? healer.end() : healer.sleep());
        }
        if (choice.finish_reason != null) release();
        finishReason = stopped() ? "stop" : choice.finish_reason ?? finishReason;
      }
      usage.chunk(stopped() ? countsSoFar(chunk) : chunk);
    },
    stopped,
    finished: () => finishReason !== null,
    heldText() {
      const final = context.holdText && finishReason === "stop" && !calls.active() &&
        unsaid();
      return final ? pending.text.trim() : null;
    },
    silent: () =>
      finishReason !== null && incompleteReason(finishReason) === null && !calls.active() &&
      (open === null || open.kind === "reasoning") && BLANK.test(pending.text) &&
      unsaid(),
    explainSilence: () => message().appendText(EMPTY_ANSWER, NO_LOGPROBS),
    restart(calls) {
      closeOpen();
      pending = { text: "", logprobs: [] };
      mayCall = calls;
      inText = false;
      healer = context.newHealer?.(calls) ?? null;
      finishReason = null;
      stop?.restart();
    },
    finish() {
      flushPending();
      const reason = incompleteReason(finishReason);
      if (reason !== null) return finishCut(reason);
      closeOpen();
      frame.complete();
    },
  };
}
