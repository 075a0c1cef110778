/** Which step machine tells an answer, and what it is given. */
import { type TextHealer, textHealer } from "../protocol/healing/healer.ts";
import { compactionSteps } from "../protocol/responses/output/compaction_steps.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import { responseSteps } from "../protocol/responses/output/steps.ts";
import type { UsageCounter } from "../protocol/responses/output/usage.ts";
import { unheard } from "../protocol/responses/output/warm_up.ts";
import type { Translation } from "../protocol/responses/request.ts";
import type { CreateResponse } from "../protocol/responses/schema.ts";
import type { ResponsesConversionOptions } from "../stream/responses_conversion.ts";
import type { Services } from "./context.ts";
import type { Beside } from "./beside.ts";
import { newId, seconds } from "./ids.ts";

/** What decides how an answer is told. */
export interface AnswerShape {
  request: CreateResponse;
  translation: Translation;
  /** The response before anything was said. */
  response: ResponseObject;
  /** Whether the prompt is only to be read. */
  warmUp: boolean;
  /** What another API asks for; null for the Responses API. */
  beside: Beside | null;
  usage: UsageCounter;
}

/** What tells the answer: as items, or as one sealed summary. */
export function stepsOf(
  { config, seal }: Pick<Services, "config" | "seal">,
  { request, translation, response, warmUp, usage, beside }: AnswerShape,
): ResponsesConversionOptions["steps"] {
  const { callable, compaction, textOnly } = translation;
  const mostCalls = textOnly ? 0 : request.parallel_tool_calls === false ? 1 : Infinity;
  const tools = new Map(callable.map((tool) => [tool.chat.function.name, tool]));
  // Small models write `bash` where a client knows `Bash` alone.
  const caseless = new Map(callable.map((tool) => [tool.chat.function.name.toLowerCase(), tool]));
  const newHealer = healers(translation, mostCalls);
  const sealed = request.include?.includes("reasoning.encrypted_content") === true;
  const logprobs = wantsLogprobs(request);
  return (emit, holdText) => {
    const context = { response, emit, newId, now: seconds, usage };
    if (compaction && !warmUp) {
      return compactionSteps({
        ...context,
        newHealer,
        seal: (text) => seal.seal("compaction", text),
      });
    }
    const steps = responseSteps({
      ...context,
      reasoning: beside?.reasoning ?? config.reasoningEvents,
      logprobs,
      mostCalls,
      stop: beside?.stop ?? null,
      holdText,
      toolNamed: (name) => tools.get(name) ?? caseless.get(name.toLowerCase()),
      // Log probabilities belong to the text token by token, so it stays as it is.
      newHealer: logprobs ? null : newHealer,
      sealReasoning: sealed ? (text) => seal.seal("reasoning", text) : null,
    });
    return warmUp ? unheard(steps) : steps;
  };
}

/** Makes what finds thoughts and calls in the model's text. */
export function healers(
  { callable, textOnly, chat }: Pick<Translation, "callable" | "textOnly" | "chat">,
  most: number,
): (calls: boolean) => TextHealer {
  const heard = textOnly ? chat.tools ?? [] : callable.map(({ chat }) => chat);
  const schemas = new Map(heard.map(({ function: { name, parameters } }) => [name, parameters]));
  return (calls) =>
    textHealer({ tools: calls ? schemas : new Map(), most, think: true, discard: textOnly });
}

function wantsLogprobs(request: CreateResponse): boolean {
  return request.top_logprobs != null && request.top_logprobs > 0 ||
    request.include?.includes("message.output_text.logprobs") === true;
}
