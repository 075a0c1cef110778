/**
 * What the items of a conversation say, one step each, before they form turns.
 */
import type { ChatPart } from "../../chat.ts";

/** A call of a tool; `key` is the client's call id, if it gave one. */
export interface CallStep {
  kind: "call";
  key: string | null;
  name: string;
  /** The text of a JSON object. */
  arguments: string;
}

/** What a tool returned; empty parts for an empty output. */
export interface OutputStep {
  kind: "output";
  key: string | null;
  parts: ChatPart[];
  /** The item's path, for notes. */
  param: string;
}

export type Step =
  | { kind: "system"; text: string }
  | { kind: "user"; parts: ChatPart[] }
  | { kind: "assistant"; text: string }
  | { kind: "reasoning"; text: string }
  | CallStep
  | OutputStep;
