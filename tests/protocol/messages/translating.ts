/** Short ways to translate a Messages request, for tests. */
import type { ChatRequest } from "../../../src/protocol/chat.ts";
import { fromMessages, type TranslatedMessages } from "../../../src/protocol/messages/request.ts";
import { parseMessagesRequest } from "../../../src/protocol/messages/schema.ts";
import { toChat } from "../../../src/protocol/responses/request.ts";
import type { ModelFacts } from "../../../src/protocol/responses/translation_context.ts";
import { omit, plain } from "../responses/translating.ts";

/** Parses a body and puts it into the words of the Responses API. */
export function read(body: Record<string, unknown>): TranslatedMessages {
  const whole = { messages: [{ role: "user", content: "Hi" }], ...body };
  return fromMessages(parseMessagesRequest(whole), null);
}

/** What llama-server is sent for a body. */
export function chatOf(
  body: Record<string, unknown>,
  facts: ModelFacts = { ...plain, thinking: "enable_thinking" },
): ChatRequest {
  const { request, chat } = read(body);
  return { ...toChat(request, facts, omit).chat, ...chat };
}

/** Codes and places of what was dropped or replaced. */
export function notesOf(body: Record<string, unknown>): string[] {
  return read(body).notes.map(({ code, param }) => `${code} ${param}`);
}

export function user(...content: unknown[]) {
  return { role: "user", content };
}

export function assistant(...content: unknown[]) {
  return { role: "assistant", content };
}

export function text(text: string) {
  return { type: "text", text };
}

export function call(id: string, name = "look", input: unknown = { at: "x" }) {
  return { type: "tool_use", id, name, input };
}

export function result(tool_use_id: string, content: unknown, more: object = {}) {
  return { type: "tool_result", tool_use_id, content, ...more };
}

export function tool(name: string, more: object = {}) {
  return { name, input_schema: { type: "object", properties: {} }, ...more };
}
