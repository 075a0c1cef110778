/**
 * A Responses request as a chat request for llama-server. Pure: the same request and facts give
 * the same chat request, byte for byte.
 */
import type { ChatRequest, ChatResponseFormat } from "../chat.ts";
import { controlGuard } from "../control_text.ts";
import { invalidRequest } from "../error.ts";
import type { Note } from "../note.ts";
import { answerFormat, type AnswerSchema } from "./answer_format.ts";
import { asksForCompaction, SUMMARY_REQUEST } from "./compaction.ts";
import { chatMessages } from "./history/messages.ts";
import type { Item } from "./history/items.ts";
import { textPart } from "./history/parts_chat.ts";
import { inputSteps } from "./history/steps.ts";
import { thinkingFields } from "./reasoning.ts";
import {
  type Context,
  type ModelFacts,
  note,
  present,
  type TranslateOptions,
} from "./translation_context.ts";
import type { CreateResponse } from "./schema.ts";
import { toolFields } from "./tools/fields.ts";
import { type OfferedTool, toolSet } from "./tools/tool_set.ts";

/** A translated request. */
export interface Translation {
  /** Without `model` and the fields of streaming, which the caller sets. */
  chat: ChatRequest;
  /** What was dropped or replaced. */
  notes: Note[];
  /**
   * Set when the model may call tools and the answer has a form: llama-server would let the form
   * win and no tool be called, so `chat` has no `response_format`, and the caller asks for the
   * final answer in a second pass with `responseFormat`.
   */
  answerSchema: AnswerSchema | null;
  /** What `text.format` asks for; also in `chat`, unless `answerSchema` is set. */
  responseFormat: ChatResponseFormat | null;
  /** Nothing is asked, the model is only to be loaded: `messages` is empty, do not send it. */
  preload: boolean;
  /** The tools that the model may call. */
  callable: readonly OfferedTool[];
  /** The answer is a sealed summary (`compaction_trigger`). */
  compaction: boolean;
  /** Calls are left out, for the answer is a text: where a summary is asked for. */
  textOnly: boolean;
  /** Control words were parted in the prompt; the model may repeat them so. */
  guarded: boolean;
}

/** Below OpenAI's own minimum; LM Studio's clients preload a model with 1. */
const PRELOAD_TOKENS = 16;

/**
 * Translates a checked request.
 *
 * @throws {ApiError} 400 `invalid_request_error` naming the field: kept state, an empty input,
 * a tool choice that cannot be made, an image or file that cannot be used, an unknown format.
 */
export function toChat(
  request: CreateResponse,
  facts: ModelFacts,
  options: TranslateOptions,
): Translation {
  refuseMissing(request);
  const notes: Note[] = [];
  const compaction = asksForCompaction(request.input);
  const summary = request.tools?.length === 0 && request.text?.format == null;
  const lastTools = summary ? options.lastTools : null;
  const all = [...options.earlier, ...inputItems(request.input)];
  const tools = toolSet(lastTools ?? request.tools ?? [], all, { notes });
  const context: Context = { facts, options, notes, nameOf: tools.nameOf };
  const steps = inputSteps(compaction ? all.slice(0, -1) : all, options.earlier.length, context);
  if (compaction) steps.push({ kind: "user", parts: [textPart(SUMMARY_REQUEST)] });
  const preload = options.warmUp
    ? steps.length === 0 && !request.instructions
    : request.input === "" && (request.max_output_tokens ?? PRELOAD_TOKENS) < PRELOAD_TOKENS;
  if (steps.length === 0 && !preload && !options.warmUp) {
    throw invalidRequest("Cannot answer an empty input: send at least one message", "input");
  }
  const textOnly = compaction || lastTools !== null;
  const { fields, callable } = toolFields(
    tools.offered,
    textOnly ? { ...request, tool_choice: "none" } : request,
  );
  const format = compaction ? null : answerFormat(request.text?.format, context);
  const guard = controlGuard(facts.control);
  const chat: ChatRequest = {
    messages: guard.messages(
      preload ? [] : chatMessages(request.instructions, steps, context),
    ),
    ...fields,
    ...(fields.tools !== undefined && { tools: guard.tools(fields.tools) }),
    ...(format !== null && callable.length === 0 && { response_format: format.responseFormat }),
    ...samplingFields(request),
    ...logprobFields(request, fields.tools !== undefined, context),
    ...thinkingFields(request.reasoning?.effort, context),
  };
  return {
    chat,
    notes,
    answerSchema: callable.length > 0 ? format?.answerSchema ?? null : null,
    responseFormat: format?.responseFormat ?? null,
    preload,
    callable,
    compaction,
    textOnly,
    guarded: guard.used(),
  };
}

/** The items of an input: a bare text is one user message, an empty one is nothing. */
export function inputItems(input: CreateResponse["input"]): readonly Item[] {
  if (input == null || input === "") return [];
  return typeof input === "string" ? [{ role: "user", content: input }] : input;
}

/** Refuses what is not there: answering without it would be worse. */
function refuseMissing(request: CreateResponse): void {
  if (request.prompt) {
    throw invalidRequest("Cannot use a stored prompt: Chaski keeps no prompts", "prompt");
  }
}

function samplingFields(request: CreateResponse): Partial<ChatRequest> {
  const { temperature, top_p, presence_penalty, frequency_penalty } = request;
  const max_tokens = request.max_output_tokens;
  return present({ temperature, top_p, presence_penalty, frequency_penalty, max_tokens });
}

/** llama-server answers 400 for log probabilities in a stream with tools, and none for a top of 0. */
function logprobFields(
  request: CreateResponse,
  hasTools: boolean,
  context: Context,
): Pick<ChatRequest, "logprobs" | "top_logprobs"> {
  const included = request.include?.includes("message.output_text.logprobs") ?? false;
  const top = request.top_logprobs ?? 0;
  if (!included && top === 0) return {};
  if (hasTools) {
    const message = "Log probabilities are not available together with tools.";
    note(context, "logprobs_ignored", included ? "include" : "top_logprobs", message);
    return {};
  }
  return { logprobs: true, top_logprobs: Math.max(1, top) };
}
