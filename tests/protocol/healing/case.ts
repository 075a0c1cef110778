/** A text with what the healer must make of it, and ways to put it to the healer. */
import type { HealedPiece, HealerOptions } from "../../../src/protocol/healing/text_scene.ts";
import { textHealer } from "../../../src/protocol/healing/healer.ts";

/** Text as it is, reasoning, or a call. */
export type Expected = string | { think: string } | { call: string; args: string };

export interface Case {
  name: string;
  text: string;
  pieces: readonly Expected[];
  options?: Partial<HealerOptions>;
}

const string = { type: "string" };

/** What the cases may call. */
export const TOOLS: HealerOptions["tools"] = new Map<string, unknown>([
  ["shell", { type: "object", properties: { command: string }, required: ["command"] }],
  ["write", {
    type: "object",
    properties: { path: string, content: string },
    required: ["path", "content"],
  }],
  ["search", {
    type: "object",
    properties: {
      query: string,
      limit: { type: "integer" },
      exact: { type: "boolean" },
      tags: { type: "array", items: string },
      filter: { type: "object" },
      since: { type: ["number", "null"] },
    },
    required: ["query"],
  }],
  ["list", undefined],
  ["mcp__git.log", { type: "object", properties: { n: { type: "integer" } } }],
]);

/** What the healer makes of the parts of a text, with neighbours of one kind put together. */
export function healed(
  parts: readonly string[],
  options: Partial<HealerOptions> = {},
): Expected[] {
  const healer = textHealer({ tools: TOOLS, most: Infinity, think: false, ...options });
  return joined([...parts.flatMap((part) => healer.push(part)), ...healer.end()]);
}

/** Pieces with neighbours of one kind put together. */
export function joined(pieces: readonly HealedPiece[]): Expected[] {
  const all: Expected[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (piece.kind === "call") all.push({ call: piece.name, args: piece.arguments });
    else if (piece.kind === "text") {
      if (typeof last === "string") all[all.length - 1] = last + piece.text;
      else all.push(piece.text);
    } else if (typeof last === "object" && "think" in last) last.think += piece.text;
    else all.push({ think: piece.text });
  }
  return all;
}

/** Cuts a text behind as many characters as the sizes say, again and again. */
export function cut(text: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}
