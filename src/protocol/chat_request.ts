/**
 * A client's chat request as llama-server takes it: what has to change, and nothing else. Pure.
 */
import { z } from "zod";
import { fitMessages } from "./chat_messages.ts";
import { invalidRequest } from "./error.ts";
import type { ThinkingSwitch } from "./chat_template.ts";
import { grammarSafe } from "./json_schema.ts";
import type { Note } from "./note.ts";
import { readFields, readObject } from "./read_fields.ts";
import { isRecord } from "./record.ts";

/** What is known before the request goes out. */
export interface ChatRequestFacts {
  vision: boolean;
  /** How llama-server calls the model. */
  upstreamId: string;
  images: "omit" | "refuse";
  thinking: ThinkingSwitch;
}

/** A chat request as the client sent it, looked at as far as Chaski has to. */
export interface ClientChat {
  model: string | null;
  stream: boolean;
  /** Number of choices. */
  n: number;
  /** Whether the client wants llama-server's own prompt progress. */
  returnProgress: boolean;
  body: Record<string, unknown>;
}

/** Reads what matters of a chat request; throws ApiError 400. */
export function parseChat(json: unknown): ClientChat {
  const body = readObject(json);
  if (!Array.isArray(body.messages)) {
    throw invalidRequest("Cannot answer: 'messages' must be a list of messages.", "messages");
  }
  if (body.messages.length === 0) {
    throw invalidRequest("Cannot answer: 'messages' is empty.", "messages");
  }
  refuseLost(body);
  const { model, stream, n, return_progress } = readFields(body, fields);
  return {
    model: model ?? null,
    stream: stream ?? false,
    n: n ?? 1,
    returnProgress: return_progress ?? false,
    body,
  };
}

/** Fields whose meaning llama-server would drop without a word. */
function refuseLost(body: Record<string, unknown>): void {
  for (const field of ["functions", "function_call"]) {
    if (body[field] == null) continue;
    throw invalidRequest(`Cannot use '${field}': send 'tools' and 'tool_choice' instead.`, field);
  }
  const { modalities } = body;
  if (Array.isArray(modalities) && modalities.some((one) => one !== "text")) {
    throw invalidRequest("Cannot answer in other modalities than text.", "modalities");
  }
}

const fields = z.object({
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  n: z.number().int().min(1).nullish(),
  return_progress: z.boolean().nullish(),
});

/** The fields that must differ upstream, and what the client has to know about it. */
export interface ChatOverrides {
  fields: Record<string, unknown>;
  notes: Note[];
}

/** Finds what has to change. Throws ApiError 400 where nothing would do. */
export function chatOverrides(chat: ClientChat, facts: ChatRequestFacts): ChatOverrides {
  const { body } = chat;
  const notes: Note[] = [];
  const fields: Record<string, unknown> = {};
  if (chat.model !== facts.upstreamId) fields.model = facts.upstreamId;

  const messages = fitMessages(body.messages as unknown[], facts, notes);
  if (messages !== body.messages) fields.messages = messages;
  const tools = fitTools(body.tools);
  if (tools !== body.tools) fields.tools = tools;
  Object.assign(fields, toolChoice(body));
  const format = fitFormat(body.response_format);
  if (format !== body.response_format) fields.response_format = format;
  if (chat.stream === false && body.logprobs === true && hasTools(body)) {
    fields.logprobs = false;
    const message = "Log probabilities are not available together with tools.";
    notes.push({ code: "logprobs_ignored", param: "logprobs", message });
  }
  Object.assign(fields, thinkingSwitchedOn(body, facts));
  // vLLM's name for it, which many clients send.
  if (body.repetition_penalty != null && body.repeat_penalty == null) {
    fields.repeat_penalty = body.repetition_penalty;
  }

  // Always a stream with progress: elsewhere llama-server does not notice a hang-up.
  if (!chat.stream) {
    fields.stream = true;
    fields.stream_options = { include_usage: true };
  }
  if (!chat.returnProgress) fields.return_progress = true;
  return { fields, notes };
}

/** A level alone does not make llama-server think where it was started with `--reasoning off`. */
function thinkingSwitchedOn(
  { reasoning_effort: level, chat_template_kwargs }: Record<string, unknown>,
  { thinking }: ChatRequestFacts,
): Record<string, unknown> {
  if (thinking !== "enable_thinking" || typeof level !== "string" || level === "none") return {};
  const kwargs = chat_template_kwargs ?? {};
  if (!isRecord(kwargs) || kwargs.enable_thinking !== undefined) return {};
  return { chat_template_kwargs: { ...kwargs, enable_thinking: true } };
}

function hasTools({ tools }: Record<string, unknown>): boolean {
  return Array.isArray(tools) && tools.length > 0;
}

function fitFormat(format: unknown): unknown {
  if (!isRecord(format) || !isRecord(format.json_schema)) return format;
  const schema = grammarSafe(format.json_schema.schema);
  if (schema === format.json_schema.schema) return format;
  return { ...format, json_schema: { ...format.json_schema, schema } };
}

function fitTools(tools: unknown): unknown {
  if (!Array.isArray(tools)) return tools;
  const fitted = tools.map(fitTool);
  return fitted.some((tool, i) => tool !== tools[i]) ? fitted : tools;
}

function fitTool(tool: unknown): unknown {
  if (!isRecord(tool) || !isRecord(tool.function)) return tool;
  const parameters = grammarSafe(tool.function.parameters);
  if (parameters === tool.function.parameters) return tool;
  return { ...tool, function: { ...tool.function, parameters } };
}

/**
 * llama-server cannot restrict a choice to some of the tools: it does not know `allowed_tools`, and
 * takes a named function for `auto` (0.7.0). So the list is narrowed instead.
 */
function toolChoice({ tool_choice, tools }: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(tool_choice)) return {};
  if (tool_choice.type === "function") return narrowed(tools, [tool_choice], "required");
  if (tool_choice.type !== "allowed_tools") return {};
  const allowed = isRecord(tool_choice.allowed_tools) ? tool_choice.allowed_tools : tool_choice;
  const listed = Array.isArray(allowed.tools) ? allowed.tools : [];
  return narrowed(tools, listed, allowed.mode === "required" ? "required" : "auto");
}

function narrowed(tools: unknown, wanted: unknown[], tool_choice: string): Record<string, unknown> {
  const names = new Set(wanted.map(nameOf));
  const fitted = fitTools(tools);
  const kept = Array.isArray(fitted) ? fitted.filter((tool) => names.has(nameOf(tool))) : [];
  if (kept.length === 0) {
    throw invalidRequest("Cannot force a tool: it is not among 'tools'.", "tool_choice");
  }
  return { tool_choice, tools: kept };
}

function nameOf(tool: unknown): unknown {
  if (!isRecord(tool)) return undefined;
  return isRecord(tool.function) ? tool.function.name : tool.name;
}
