/**
 * What drives a step machine, and what it is given.
 */
import type { ChatChunk } from "../../chat.ts";
import type { ApiError } from "../../error.ts";
import type { TextHealer } from "../../healing/healer.ts";
import type { StopWatch } from "../../stop_sequences.ts";
import type { OfferedTool } from "../tools/tool_set.ts";
import type { CallPrefix } from "./calls.ts";
import type { Emit, ProgressNote } from "./events.ts";
import type { CompactionItem } from "./item_types.ts";
import type { ReasoningDialect } from "./items.ts";
import type { ResponseObject } from "./response.ts";
import type { ResponseUsage, UsageCounter } from "./usage.ts";

export interface StepContext {
  /** The response before the model has said anything. */
  response: ResponseObject;
  emit: Emit;
  /** A fresh id with the given prefix. */
  newId: (prefix: "rs" | "msg" | "cmp" | "call" | CallPrefix) => string;
  /** Seconds since 1970. */
  now: () => number;
  /** Counts what the response costs, also beside what the machine is given. */
  usage: UsageCounter;
  reasoning: ReasoningDialect;
  /** Whether the client asked for log probabilities. */
  logprobs: boolean;
  /**
   * How many calls one answer may hold. llama-server's grammar does not keep a limit of one under
   * `tool_choice: auto`, so what comes behind the last call is left out. 0: the answer is a text.
   */
  mostCalls: number;
  /** Keeps the last message back until `finish()`, because it may be replaced. */
  holdText: boolean;
  /** The tool that the model means by a name; undefined for one that it may not call. */
  toolNamed: (name: string) => OfferedTool | undefined;
  /** Makes what finds thoughts and maybe calls in the text; null where it is to be left alone. */
  newHealer: ((calls: boolean) => TextHealer) | null;
  /** Ends the answer at a text; null where none was named. */
  stop: StopWatch | null;
  /** Seals thoughts for `encrypted_content`; null where the client did not ask for it. */
  sealReasoning: ((text: string) => string) | null;
}

/** What the caller drives. After `finish()` or `fail()` nothing more may be called. */
export interface ResponseSteps {
  /** `response.created` and `response.in_progress`. */
  open(): void;
  /** Tells that a summary has replaced the conversation; before anything of the answer. */
  compacted(item: CompactionItem): void;
  /** One chunk of the upstream's answer. Throws ApiError when it cannot be told truthfully. */
  chunk(chunk: ChatChunk): void;
  /** Repeats `response.in_progress` with the response as it stands; `note` is Chaski's own field. */
  beat(note: ProgressNote | null): void;
  /** Whether the upstream said why it stopped. */
  finished(): boolean;
  /** Whether a stop sequence has ended the answer, whatever the upstream goes on to say. */
  stopped(): boolean;
  /** The text kept back, maybe empty; null where the answer made calls, was cut, or is not held. */
  heldText(): string | null;
  /** Whether the model ended its turn by itself and said nothing: no text, no call, no refusal. */
  silent(): boolean;
  /** Says in the model's place that it said nothing, so that nobody waits for an answer. */
  explainSilence(): void;
  /** Forgets the held text and waits for another pass of the upstream, which may make calls or not. */
  restart(calls: boolean): void;
  /** Ends the response as completed or incomplete. */
  finish(): void;
  /** Ends the response as failed. */
  fail(error: ApiError): void;
  /** The response as it was left when its client went away; nothing is told. */
  abandoned(): ResponseObject;
  /** Counts so far, over all passes; null before the upstream gave any. */
  usage(): ResponseUsage | null;
}

/** Why the upstream stopped, as `incomplete_details.reason`; null for an answer that is whole. */
export function incompleteReason(finishReason: string | null): string | null {
  if (finishReason === "length") return "max_output_tokens";
  return finishReason === "content_filter" ? "content_filter" : null;
}
