/**
 * llama-server's stream as a Responses stream: bytes → chunks → events → text, with the second
 * pass for an answer that must fit a schema.
 */
import type { PromptProgress } from "../protocol/chat.ts";
import { type ApiError, invalidRequest } from "../protocol/error.ts";
import { llamaStreamError, upstreamCutOff } from "../protocol/llama_error.ts";
import { eventWriter } from "../protocol/responses/event_writer.ts";
import { isLast, type ProgressNote, type ResponseEvent } from "../protocol/responses/events.ts";
import {
  type ResponseSteps,
  responseSteps,
  type StepContext,
} from "../protocol/responses/steps.ts";
import { parseChunk } from "./chunk.ts";
import { MAX_LINE, type SseScanner, sseScanner } from "./sse.ts";
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

export interface ResponsesConversionOptions {
  context: Omit<StepContext, "emit" | "holdText">;
  schemaPass: SchemaPass | null;
  /** Whether events are written, or only the response of the last one. */
  streaming: boolean;
  /** Whether keep-alive events tell the prompt's progress. */
  progress: boolean;
}

export interface ResponsesConversion extends Conversion {
  steps: ResponseSteps;
}

/** Makes the conversion of one response. */
export function responsesConversion(options: ResponsesConversionOptions): ResponsesConversion {
  const { context, schemaPass, streaming } = options;
  let out = "";
  const write = eventWriter();
  let scanner: SseScanner = sseScanner(MAX_LINE);
  let passes = 1;
  let sawDone = false;
  let heard = false;
  let answering = false;
  let prompt: PromptProgress | undefined;

  const emit = (event: ResponseEvent): void => {
    if (streaming) out += write(event);
    else if (isLast(event)) out = JSON.stringify(event.response);
  };
  const steps = responseSteps({ ...context, emit, holdText: schemaPass !== null });

  function take(): string {
    const text = out;
    out = "";
    return text;
  }

  function onData(payload: string): void {
    if (payload === "[DONE]") {
      sawDone = true;
      return;
    }
    const chunk = parseChunk(payload);
    if (chunk.error != null) throw llamaStreamError(chunk.error);
    if (chunk.prompt_progress != null) {
      prompt = chunk.prompt_progress;
      return;
    }
    answering ||= chunk.choices?.some((choice) =>
      Boolean(
        choice.delta?.content || choice.delta?.reasoning_content || choice.delta?.tool_calls,
      )
    ) ?? false;
    steps.chunk(chunk);
  }

  function note(): ProgressNote | null {
    if (!options.progress) return null;
    const phase = answering ? "answer" : heard ? "prompt" : "waiting";
    return prompt === undefined ? { phase } : { phase, prompt };
  }

  return {
    steps,
    answering: () => answering,
    open() {
      steps.open();
      return take();
    },
    push(bytes) {
      heard = true;
      scanner.push(bytes, onData);
      return take();
    },
    ended: () => sawDone,
    end() {
      // The last word alone proves nothing: a half call must not be told as whole.
      if (!steps.finished()) throw upstreamCutOff();
      const text = schemaPass === null ? null : steps.heldText();
      const problem = text === null ? null : schemaPass?.problem(text, passes > 1) ?? null;
      if (problem !== null && schemaPass !== null) {
        if (passes === 1) {
          passes = 2;
          steps.restart();
          scanner = sseScanner(MAX_LINE);
          sawDone = heard = answering = false;
          prompt = undefined;
          return { again: schemaPass.again };
        }
        if (schemaPass.strict) throw misfit(problem);
      }
      steps.finish();
      return take();
    },
    fail(error) {
      steps.fail(error);
      return take();
    },
    beat() {
      if (!streaming) return "";
      steps.beat(note());
      return take();
    },
  };
}

function misfit(problem: string): ApiError {
  return invalidRequest(
    `Cannot fit the answer to text.format's schema: ${problem} Simplify the schema, ` +
      "raise max_output_tokens, or set strict to false.",
    "text.format",
    "invalid_prompt",
  );
}
