/**
 * Chat messages that llama-server and strict templates accept. A conversation that is fine already
 * comes back as the same list.
 */
import { invalidRequest } from "./error.ts";
import type { Note } from "./note.ts";

type Message = Record<string, unknown>;

interface Facts {
  vision: boolean;
  images: "omit" | "refuse";
}

/** What stands where an image was that the model cannot see. */
export const IMAGE_OMITTED = "[image omitted: this model cannot see images]";

/** Makes messages fit; adds to `notes` what was replaced. Throws ApiError 400. */
export function fitMessages(messages: readonly unknown[], facts: Facts, notes: Note[]): unknown {
  const read = messages.map((message, i) => readMessage(message, `messages[${i}]`));
  const fitted = read.map((message, i) => fitMessage(message, `messages[${i}]`, facts, notes));
  const merged = oneSystemMessage(fitted);
  const same = merged.length === messages.length && merged.every((one, i) => one === messages[i]);
  return same ? messages : merged;
}

function readMessage(message: unknown, param: string): Message {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw invalidRequest(`Cannot read ${param}: it is not a message.`, param);
  }
  const { role } = message as Message;
  if (typeof role !== "string") {
    throw invalidRequest(`Cannot read ${param}: it has no role.`, `${param}.role`);
  }
  if (!ROLES.has(role)) {
    // llama-server would hand it to the template, and most templates drop it without a word.
    throw invalidRequest(`Cannot read ${param}: its role is unknown.`, `${param}.role`);
  }
  return message as Message;
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

function fitMessage(message: Message, param: string, facts: Facts, notes: Note[]): Message {
  const content = fitContent(message.content, `${param}.content`, facts, notes);
  const calls = fitCalls(message.tool_calls);
  if (content === message.content && calls === message.tool_calls) return message;
  return { ...message, content, ...(calls !== undefined && { tool_calls: calls }) };
}

function fitContent(content: unknown, param: string, facts: Facts, notes: Note[]): unknown {
  if (!Array.isArray(content)) return content;
  const parts = content.map((part, i) => fitPart(part, `${param}[${i}]`, facts, notes));
  return parts.some((part, i) => part !== content[i]) ? parts : content;
}

function fitPart(part: unknown, param: string, facts: Facts, notes: Note[]): unknown {
  const { type, refusal } = (part ?? {}) as Record<string, unknown>;
  if (type === "refusal") return { type: "text", text: String(refusal ?? "") };
  if (type !== "image_url" || facts.vision) return part;
  if (facts.images === "refuse") {
    throw invalidRequest(
      "Cannot read the image: this model cannot see images.",
      param,
      "image_not_supported",
    );
  }
  notes.push({ code: "image_omitted", param, message: "This model cannot see images." });
  return { type: "text", text: IMAGE_OMITTED };
}

/** llama-server answers 500 for ever to a conversation with broken arguments in it. */
function fitCalls(calls: unknown): unknown {
  if (!Array.isArray(calls)) return calls;
  const fitted = calls.map((call) => {
    const fn = call?.function;
    if (typeof fn?.arguments !== "string") return call;
    const args = repairArguments(fn.arguments);
    return args === fn.arguments ? call : { ...call, function: { ...fn, arguments: args } };
  });
  return fitted.some((call, i) => call !== calls[i]) ? fitted : calls;
}

function oneSystemMessage(messages: Message[]): Message[] {
  return messages;
}

function repairArguments(text: string): string {
  return text;
}
