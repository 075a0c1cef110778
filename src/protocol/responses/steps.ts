/**
 * The step machine of a Responses stream: chat chunks in, events out. Pure: ids and time are
 * passed in, and every event goes to the given sink.
 *
 * Items open with their first content and close in order of `output_index`; exactly one terminal
 * event ends the stream, and it is true.
 */
import type { ChatChunk, ChatDelta, ChatLogprob, ChatToolCallDelta, ChatUsage } from "../chat.ts";
import type { ApiError } from "../error.ts";
import { upstreamGarbled } from "../llama_error.ts";
import type { Emit, ProgressNote, ResponseEvent } from "./events.ts";
import {
  type OpenCall,
  openCall,
  type OpenMessage,
  openMessage,
  type OpenReasoning,
  openReasoning,
  type ReasoningDialect,
} from "./output.ts";
import {
  addUsage,
  type OutputItem,
  type ResponseObject,
  type ResponseUsage,
  type TokenLogprob,
  toUsage,
} from "./response.ts";

export interface StepContext {
  /** The response before the model has said anything. */
  response: ResponseObject;
  emit: Emit;
  /** A fresh id with the given prefix. */
  newId: (prefix: "rs" | "msg" | "fc" | "call") => string;
  /** Seconds since 1970. */
  now: () => number;
  reasoning: ReasoningDialect;
  /** Whether the client asked for log probabilities. */
  logprobs: boolean;
  /** Keeps the last message back until `finish()`, because it may be replaced. */
  holdText: boolean;
}

/** What the caller drives. After `finish()` or `fail()` nothing more may be called. */
export interface ResponseSteps {
  /** `response.created` and `response.in_progress`. */
  open(): void;
  /** One chunk of the upstream's answer. Throws ApiError when it cannot be told truthfully. */
  chunk(chunk: ChatChunk): void;
  /** Repeats `response.in_progress` with the response as it stands; `note` is Chaski's own field. */
  beat(note: ProgressNote | null): void;
  /** Whether the upstream said why it stopped. */
  finished(): boolean;
  /** The text kept back, or null where the answer made calls, was cut, or is not held. */
  heldText(): string | null;
  /** Forgets the held text and waits for another pass of the upstream. */
  restart(): void;
  /** Ends the response as completed or incomplete. */
  finish(): void;
  /** Ends the response as failed. */
  fail(error: ApiError): void;
  /** Counts so far, over all passes; null before the upstream gave any. */
  usage(): ResponseUsage | null;
}

const BLANK = /^\s*$/;

/** Why the upstream stopped, as `incomplete_details.reason`; null for an answer that is whole. */
function incompleteReason(finishReason: string): string | null {
  if (finishReason === "length") return "max_output_tokens";
  return finishReason === "content_filter" ? "content_filter" : null;
}

/** Makes the machine for one response. */
export function responseSteps(context: StepContext): ResponseSteps {
  const { response, emit, newId, now } = context;
  const done: OutputItem[] = [];
  /** An unfinished call is told in the last response, never as a finished item: clients run those. */
  let open: OpenReasoning | OpenMessage | OpenCall | null = null;
  /** Text not sent yet: blank so far (a pure tool turn has no message), or held. */
  let pending: { text: string; logprobs: TokenLogprob[] } = { text: "", logprobs: [] };
  /** The call being written: llama-server writes one after the other. */
  let call:
    | { index: number; id: string; name: string; early: string; open: OpenCall | null }
    | null = null;
  const callIds = new Set<string>();
  const closedCalls = new Set<number>();
  let finishReason: string | null = null;
  let total: ResponseUsage | null = null;
  let reasoningDeltas = 0;

  const place = (prefix: "rs" | "msg" | "fc") => ({
    id: newId(prefix),
    outputIndex: done.length,
    emit,
  });

  function closeItem(): void {
    if (open !== null) done.push(open.close("completed"));
    open = null;
  }

  /** Closes whatever is open, so that another item may begin. */
  function closeOpen(): void {
    if (call !== null) {
      if (call.open === null) throw upstreamGarbled("a tool call had no name");
      closedCalls.add(call.index);
      call = null;
    }
    closeItem();
  }

  function current(status: "in_progress" | "incomplete"): ResponseObject {
    return { ...response, output: open === null ? done.slice() : [...done, open.snapshot(status)] };
  }

  function think(delta: string): void {
    reasoningDeltas++;
    if (open?.kind !== "reasoning") {
      flushPending();
      closeOpen();
      open = openReasoning(place("rs"), context.reasoning);
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
    if (logprobs.length > 0) pending.logprobs = pending.logprobs.concat(logprobs);
    if (!context.holdText && !BLANK.test(pending.text)) flushPending();
  }

  /** Sends text kept back, unless it is blank and no message is open: then it means nothing. */
  function flushPending(): void {
    const { text, logprobs } = pending;
    pending = { text: "", logprobs: [] };
    if (text !== "" && !BLANK.test(text)) message().appendText(text, logprobs);
  }

  function toolCall(delta: ChatToolCallDelta): void {
    const index = delta.index ?? call?.index ?? 0;
    if (call === null || index !== call.index) {
      if (closedCalls.has(index)) {
        throw upstreamGarbled("a tool call went on after the next one had begun");
      }
      if (call !== null) closeOpen();
      flushPending();
      call = { index, id: "", name: "", early: "", open: null };
    }
    call.id ||= delta.id ?? "";
    call.name ||= delta.function?.name ?? "";
    const args = delta.function?.arguments ?? "";
    if (call.open === null && call.name === "") {
      call.early += args;
      return;
    }
    if (call.open === null) startCall(call);
    if (args !== "") call.open?.append(args);
  }

  function startCall(starting: NonNullable<typeof call>): void {
    closeItem();
    const callId = starting.id !== "" && !callIds.has(starting.id) ? starting.id : newId("call");
    callIds.add(callId);
    const opened = openCall(place("fc"), { callId, name: starting.name });
    starting.open = opened;
    open = opened;
    if (starting.early !== "") opened.append(starting.early);
  }

  function apply(delta: ChatDelta, logprobs: TokenLogprob[]): void {
    if (delta.reasoning_content) think(delta.reasoning_content);
    if (delta.content) say(delta.content, logprobs);
    if (delta.refusal) {
      flushPending();
      message().appendRefusal(delta.refusal);
    }
    for (const part of delta.tool_calls ?? []) toolCall(part);
  }

  function count(usage: ChatUsage, chunk: ChatChunk): void {
    total = addUsage(total, toUsage(usage, chunk.timings, reasoningDeltas));
    reasoningDeltas = 0;
  }

  function end(event: ResponseEvent): void {
    open = null;
    emit(event);
  }

  return {
    open() {
      emit({ type: "response.created", response: current("in_progress") });
      emit({ type: "response.in_progress", response: current("in_progress") });
    },
    chunk(chunk) {
      const choice = chunk.choices?.find((one) => one.index === 0);
      if (choice !== undefined) {
        apply(choice.delta, context.logprobs ? toLogprobs(choice.logprobs?.content) : NO_LOGPROBS);
        if (choice.finish_reason !== null) finishReason = choice.finish_reason;
      }
      if (chunk.usage) count(chunk.usage, chunk);
    },
    beat(note) {
      const event = { type: "response.in_progress" as const, response: current("in_progress") };
      emit(note === null ? event : { ...event, chaski: note });
    },
    finished: () => finishReason !== null,
    heldText() {
      const held = context.holdText && done.every((item) => item.type === "reasoning") &&
        call === null && finishReason === "stop";
      return held && !BLANK.test(pending.text) ? pending.text : null;
    },
    restart() {
      closeOpen();
      pending = { text: "", logprobs: [] };
      finishReason = null;
    },
    finish() {
      flushPending();
      const reason = incompleteReason(finishReason ?? "stop");
      if (reason !== null) {
        // A call that was cut is told here only; a message or a thought may be closed as cut.
        if (open !== null && open.kind !== "call") {
          done.push(open.close("incomplete"));
          open = null;
        }
        return end({
          type: "response.incomplete",
          response: {
            ...current("incomplete"),
            status: "incomplete",
            incomplete_details: { reason },
            usage: total,
          },
        });
      }
      closeOpen();
      end({
        type: "response.completed",
        response: {
          ...current("in_progress"),
          status: "completed",
          completed_at: now(),
          usage: total,
        },
      });
    },
    fail(error) {
      end({
        type: "response.failed",
        response: {
          ...current("incomplete"),
          status: "failed",
          error: { code: error.code ?? "server_error", message: error.message },
          usage: total,
        },
      });
    },
    usage: () => total,
  };
}

const NO_LOGPROBS: TokenLogprob[] = [];

function toLogprobs(content: ChatLogprob[] | null | undefined): TokenLogprob[] {
  return (content ?? []).map(({ token, logprob, bytes, top_logprobs }) => ({
    token,
    logprob,
    bytes: bytes ?? [],
    top_logprobs: (top_logprobs ?? []).map((top) => ({ ...top, bytes: top.bytes ?? [] })),
  }));
}
