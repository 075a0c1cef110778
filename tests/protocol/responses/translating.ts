/** Short ways to translate a request, for tests. */
import { assertEquals, assertThrows } from "@std/assert";
import type { ChatMessage, ChatTool } from "../../../src/protocol/chat.ts";
import { ApiError } from "../../../src/protocol/error.ts";
import { toChat, type Translation } from "../../../src/protocol/responses/request.ts";
import type {
  ModelFacts,
  TranslateOptions,
} from "../../../src/protocol/responses/translation_context.ts";
import { parseCreateResponse } from "../../../src/protocol/responses/schema.ts";

/** A model of text with nothing to control; turns need not alternate, so that tests stay short. */
export const plain: ModelFacts = {
  vision: false,
  thinking: "none",
  alternates: false,
  control: null,
};
export const seeing: ModelFacts = { ...plain, vision: true };

export const omit: TranslateOptions = {
  images: "omit",
  // A seal that can be read, and only so much of one that it can be told from none.
  unseal: (kind, sealed) => sealed.startsWith(`${kind}:`) ? sealed.slice(kind.length + 1) : null,
  lastTools: null,
  earlier: [],
};

/** Parses a body and translates it. */
export function translate(
  body: Record<string, unknown>,
  facts: ModelFacts = plain,
  options: TranslateOptions = omit,
): Translation {
  return toChat(parseCreateResponse(body), facts, options);
}

/** The messages for a list of items. */
export function messagesOf(input: unknown, facts: ModelFacts = plain): ChatMessage[] {
  return translate({ input }, facts).chat.messages;
}

/** The codes and places of what was dropped or replaced. */
export function notesOf(body: Record<string, unknown>, facts: ModelFacts = plain): string[] {
  return translate(body, facts).notes.map(({ code, param }) => `${code} ${param}`);
}

/** The refusal of a body: `param` and the sentence. Fails when it is no 400 of the right kind. */
export function refusalOf(
  body: unknown,
  facts: ModelFacts = plain,
  options: TranslateOptions = omit,
): { param: string | null; message: string } {
  const error = assertThrows(
    () => toChat(parseCreateResponse(body), facts, options),
    ApiError,
  );
  assertEquals([error.status, error.type], [400, "invalid_request_error"]);
  return { param: error.param, message: error.message };
}

export function call(call_id: string | null, name = "look", args = '{"at":"x"}') {
  return { type: "function_call", call_id, name, arguments: args };
}

export function output(call_id: string | null, text: unknown = "seen") {
  return { type: "function_call_output", call_id, output: text };
}

export function user(text: string) {
  return { role: "user", content: text };
}

export function assistant(text: string) {
  return { role: "assistant", content: text };
}

export function functionTool(name: string, more: Record<string, unknown> = {}) {
  return { type: "function", name, ...more };
}

/** A function as llama-server wants it. */
export function chatTool(name: string, more: Omit<ChatTool["function"], "name"> = {}): ChatTool {
  return { type: "function", function: { name, ...more } };
}

/** One red pixel. */
export const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA" +
  "DUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/** The id upstream of the n-th call, counted from 0. */
export function callId(n: number): string {
  return `call${n.toString(36).padStart(5, "0")}`;
}
