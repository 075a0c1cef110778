/**
 * llama-server's stream as a Responses stream: bytes → chunks → events → text, with the pass before
 * the answer that sums the conversation up, and the second one for an answer that must fit a schema.
 */
import { ApiError, invalidRequest } from "../protocol/error.ts";
import type { ChatChunk } from "../protocol/chat.ts";
import type { LoadProgress } from "../protocol/load_progress.ts";
import { deltaUnguarder } from "../protocol/control_text.ts";
import { upstreamCutOff, upstreamFailure } from "../protocol/llama_error.ts";
import type { Asides, EventWriter } from "../protocol/responses/output/event_writer.ts";
import {
  type Emit,
  isLast,
  type ProgressNote,
  type ResponseEvent,
} from "../protocol/responses/output/events.ts";
import type { CompactionItem } from "../protocol/responses/output/item_types.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import type { ResponseSteps } from "../protocol/responses/output/step_machine.ts";
import { answerReader } from "./answer_reader.ts";
import type { Conversion, Source } from "./transfer.ts";

/** How a text is made to fit its schema when tools were offered too (llama-server obeys one only). */
export interface SchemaPass {
  /**
   * What is wrong with the text, or null when it fits; `constrained` says whether llama-server
   * has decoded it under the schema.
   */
  problem: (text: string, constrained: boolean) => string | null;
  /** Asks again, constrained by the schema. */
  again: () => Source;
  /** Whether a text that never fits fails the response. */
  strict: boolean;
}

/** A summary that is written before the answer, and takes the place of the conversation. */
export interface SummaryPass {
  chunk(chunk: ChatChunk): void;
  /** Whether the upstream said why it stopped. */
  finished(): boolean;
  /**
   * The item that is told, or null where the summary is no good; and what asks for the answer.
   *
   * @param failed whether the summary failed or broke off
   */
  end(failed: boolean): { item: CompactionItem | null; again: () => Source };
}

export interface ResponsesConversionOptions {
  /** Makes the step machine; `holdText` as in its context. */
  steps: (emit: Emit, holdText: boolean) => ResponseSteps;
  /** The summary that is being written; null where there is none. */
  summary: () => SummaryPass | null;
  schemaPass: SchemaPass | null;
  /** Asks once more after a silent answer; null where silence is fine. */
  askAgain: (() => Source) | null;
  /** Whether the answer must have a form, so that a sentence in the model's place will not do. */
  mustFit: boolean;
  /** Whether the prompt holds parted control words, which the model may repeat so. */
  guarded: () => boolean;
  /** Keeps the response before its last event is told: what a client has heard of is there. */
  keep: (response: ResponseObject) => void;
  /** Writes the events, or nothing but the response of the last one. */
  write: EventWriter;
  /** What is told beside the events; null for the Responses API, whose events say all. */
  asides: Asides | null;
  /** Whether keep-alive events tell the progress of the model and of the prompt. */
  progress: boolean;
  /** How far the model has been loaded; null where it is not being loaded. */
  loading: () => LoadProgress | null;
}

export interface ResponsesConversion extends Conversion {
  steps: ResponseSteps;
  /** How often the upstream was asked. */
  passes(): number;
}

/** Makes the conversion of one response. */
export function responsesConversion(options: ResponsesConversionOptions): ResponsesConversion {
  const { schemaPass, askAgain, write, asides } = options;
  let out = "";
  let summaries = 0;
  let summaryFailed = false;
  let compacted = false;
  let passes = 1;

  const emit = (event: ResponseEvent): void => {
    if (isLast(event)) options.keep(event.response);
    out += write(event);
  };
  const steps = options.steps(emit, schemaPass !== null);
  const onChunk = (chunk: ChatChunk) => (options.summary() ?? steps).chunk(chunk);
  const hear = () =>
    answerReader(
      options.guarded() ? unguarding(onChunk) : onChunk,
      (progress) => void (out += asides?.prompt(progress) ?? ""),
    );
  let answer = hear();

  function take(): string {
    const text = out;
    out = "";
    return text;
  }

  function note(): ProgressNote | null {
    if (!options.progress) return null;
    const phase = answer.phase();
    const load = phase === "waiting" ? options.loading() : null;
    if (load !== null) return { phase: "loading", load };
    const prompt = answer.prompt();
    return prompt === undefined ? { phase } : { phase, prompt };
  }

  /** What is asked after this pass; null where its answer stands. There are two at most. */
  function nextPass(): (() => Source) | null {
    const text = schemaPass === null ? null : steps.heldText();
    const problem = text === null ? null : schemaPass?.problem(text, passes > 1) ?? null;
    if (problem !== null && schemaPass !== null) {
      if (passes === 1) return schemaPass.again;
      // What was to end there need not fit.
      if (schemaPass.strict && !steps.stopped()) throw misfit(problem);
    }
    return passes === 1 && steps.silent() && !steps.stopped() ? askAgain : null;
  }

  /** The answer's pass, which follows a summary; null where none was written. */
  function behindSummary(): (() => Source) | null {
    const summary = options.summary();
    if (summary === null) return null;
    const end = summary.end(summaryFailed || !summary.finished());
    summaries++;
    summaryFailed = false;
    compacted ||= end.item !== null;
    if (end.item !== null) steps.compacted(end.item);
    answer = hear();
    return end.again;
  }

  return {
    steps,
    passes: () => summaries + passes,
    answering: () => answer.phase() === "answer",
    open() {
      steps.open();
      return take();
    },
    push(bytes) {
      try {
        answer.push(bytes);
      } catch (cause) {
        // The answer does not need the summary that fails.
        if (options.summary() === null || !(cause instanceof ApiError)) throw cause;
        summaryFailed = true;
      }
      return take();
    },
    ended: () => answer.ended() || steps.stopped() || summaryFailed,
    end() {
      const first = behindSummary();
      if (first !== null) return { again: first };
      // The last word alone proves nothing: a half call must not be told as whole.
      if (!steps.finished()) throw upstreamCutOff();
      const next = nextPass();
      if (next !== null) {
        passes++;
        steps.restart(next === askAgain);
        answer = hear();
        return { again: next };
      }
      if (askAgain !== null && steps.silent() && !steps.stopped()) {
        if (options.mustFit) throw silent();
        steps.explainSilence();
      }
      steps.finish();
      return take();
    },
    restart() {
      const heard = answer.phase() === "answer" || steps.finished();
      if (heard || compacted || passes > 1) return false;
      answer = hear();
      return true;
    },
    fail(error) {
      steps.fail(error);
      return take() + (asides?.failure(error) ?? "");
    },
    beat() {
      steps.beat(note());
      return take();
    },
  };
}

/** Takes out of every chunk what parted the control words of the prompt. */
function unguarding(onChunk: (chunk: ChatChunk) => void): (chunk: ChatChunk) => void {
  const unguard = deltaUnguarder();
  return (chunk) =>
    onChunk({
      ...chunk,
      ...(chunk.choices && {
        choices: chunk.choices.map((choice) =>
          choice.delta ? { ...choice, delta: unguard(choice.delta) } : choice
        ),
      }),
    });
}

function silent(): ApiError {
  return upstreamFailure("Cannot answer: the model ended its turn twice without an answer.");
}

function misfit(problem: string): ApiError {
  return invalidRequest(
    `Cannot fit the answer to text.format's schema: ${problem} Simplify the schema, ` +
      "raise max_output_tokens, or set strict to false.",
    "text.format",
    "invalid_prompt",
  );
}
