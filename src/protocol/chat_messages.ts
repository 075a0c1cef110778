/**
 * Chat messages that llama-server and strict templates accept. A conversation that is fine already
 * comes back as the same list.
 */
import { invalidRequest } from "./error.ts";
import { BLIND, imageRefused, isShowable, omittedImage } from "./images.ts";
import type { Note } from "./note.ts";
import { isRecord } from "./record.ts";
import { argumentsText } from "./tool_arguments.ts";
import { systemUpdate } from "./system_text.ts";

type Message = Readonly<Record<string, unknown>>;

interface Facts {
  vision: boolean;
  images: "omit" | "refuse";
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

/**
 * Makes messages fit; adds to `notes` what was replaced. Gives the same list when nothing had to
 * change. Throws ApiError 400 naming the message at fault.
 */
export function fitMessages(
  messages: readonly unknown[],
  facts: Facts,
  notes: Note[],
): readonly unknown[] {
  const read = messages.map((message, i) => readMessage(message, `messages[${i}]`));
  const fitted = read.map((message, i) => fitMessage(message, `messages[${i}]`, facts, notes));
  const merged = mergeSystem(fitted);
  const same = merged.length === messages.length && merged.every((one, i) => one === messages[i]);
  return same ? messages : merged;
}

function readMessage(message: unknown, param: string): Message {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw invalidRequest(`Cannot read ${param}: it is not a message.`, param);
  }
  const { role } = message as Message;
  // llama-server hands any role to the template, and most templates drop an unknown one silently.
  if (typeof role !== "string" || !ROLES.has(role)) {
    const known = [...ROLES].join(", ");
    throw invalidRequest(`Cannot read ${param}: its role is none of ${known}.`, `${param}.role`);
  }
  return message as Message;
}

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
  if (!isRecord(part)) return part;
  if (part.type === "refusal") return { type: "text", text: String(part.refusal ?? "") };
  if (part.type !== "image_url") return part;
  checkImage(part.image_url, param);
  if (facts.vision) return part;
  if (facts.images === "refuse") throw imageRefused(BLIND, param);
  notes.push({ code: "image_omitted", param, message: `An image was left out: ${BLIND}.` });
  return { type: "text", text: omittedImage(BLIND) };
}

function checkImage(image: unknown, param: string): void {
  const url = isRecord(image) ? image.url : image;
  if (isShowable(url)) return;
  throw invalidRequest(
    "Cannot use an image: its url must be a data, http or https URL",
    `${param}.image_url`,
  );
}

/** llama-server answers 500 for ever to a conversation with broken arguments in it. */
function fitCalls(calls: unknown): unknown {
  if (!Array.isArray(calls)) return calls;
  const fitted = calls.map((call) => {
    if (!isRecord(call) || !isRecord(call.function)) return call;
    const text = call.function.arguments;
    if (typeof text !== "string") return call;
    const fit = argumentsText(text);
    return fit === text ? call : { ...call, function: { ...call.function, arguments: fit } };
  });
  return fitted.some((call, i) => call !== calls[i]) ? fitted : calls;
}

/**
 * Leading system and developer texts become one message; later ones keep their place as a marked
 * user text, because strict templates refuse a system message anywhere but first.
 */
function mergeSystem(messages: readonly Message[]): readonly Message[] {
  const first = messages.findIndex((message) => !isSystem(message));
  const leading = messages.slice(0, first < 0 ? messages.length : first);
  const rest = messages.slice(leading.length);
  if (leading.length <= 1 && !rest.some(isSystem)) return messages;
  const merged: Message[] = [];
  if (leading.length > 0) {
    const content = leading.map(({ content }) => textOf(content)).join("\n\n");
    merged.push({ role: "system", content });
  }
  // An update makes one turn with its neighbours: some templates want turns to alternate.
  let turn: Message[] = [];
  const endTurn = () => {
    const [first] = turn;
    if (first === undefined) return;
    merged.push(turn.length === 1 ? first : { role: "user", content: joined(turn) });
    turn = [];
  };
  let afterUpdate = false;
  for (const message of rest) {
    const update = isSystem(message);
    if (!update && (message.role !== "user" || !afterUpdate)) endTurn();
    if (update) turn.push({ role: "user", content: systemUpdate(textOf(message.content)) });
    else if (message.role === "user") turn.push(message);
    else merged.push(message);
    afterUpdate = update;
  }
  endTurn();
  return merged;
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part) => isRecord(part) ? String(part.text ?? "") : "").join("\n");
}

/** The content of several user messages as one. */
function joined(turn: readonly Message[]): unknown {
  const contents = turn.map(({ content }) => content);
  if (contents.every((content) => typeof content === "string")) return contents.join("\n\n");
  return contents.flatMap(asParts);
}

function asParts(content: unknown): unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === "string" ? [{ type: "text", text: content }] : [];
}
