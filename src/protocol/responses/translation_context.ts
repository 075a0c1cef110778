/**
 * What a translation knows beside the request, and what it reports back.
 */
import type { ThinkingSwitch } from "../chat_template.ts";
import type { Note } from "../note.ts";
import type { Item } from "./history/items.ts";
import type { Tool } from "./tools/schema.ts";

/** What the model behind llama-server can do; read from its `/props`. */
export interface ModelFacts {
  /** A projector for images is loaded. */
  vision: boolean;
  /** How the chat template lets thinking be controlled. */
  thinking: ThinkingSwitch;
  /**
   * The template insists on strictly alternating user and assistant turns, so that a user turn
   * may not follow a tool's output. Absent counts as true, which every template accepts.
   */
  alternates?: boolean;
  /** The template shows the first call of a message only, so each call gets a message. */
  singleCalls?: boolean;
  /** The template drops the text beside a thought and a call, so it is joined to the thought. */
  hidesText?: boolean;
  /** What acts as a control token in this model's prompts (control_text.ts); null for nothing. */
  control: RegExp | null;
}

/** What Chaski seals, and gives to the client to keep; `replacement` is replacement.ts's. */
export type SealedKind = "compaction" | "reasoning" | "replacement";

/** What the operator decided, and what Chaski knows from before. */
export interface TranslateOptions {
  /** What becomes of images that the model cannot see: left out with a note, or 400. */
  images: "omit" | "refuse";
  /** Opens what Chaski has sealed; null for a foreign or damaged seal. */
  unseal: (kind: SealedKind, sealed: string) => string | null;
  /**
   * The tools of the conversation's last request, for one that lists none: Codex's compaction
   * (0.100 to 0.169) sends an empty list, without which the prompt keeps no common prefix.
   */
  lastTools: readonly Tool[] | null;
  /** The prompt is only to be read, so that an input may be empty; absent counts as false. */
  warmUp?: boolean;
  /** Items of earlier turns, which stand before the input. */
  earlier: readonly Item[];
}

/** Handed down through one translation; `notes` is the only thing that is written to. */
export interface Context {
  readonly facts: ModelFacts;
  readonly options: TranslateOptions;
  readonly notes: Note[];
  /** What a tool is called upstream. */
  readonly nameOf: (namespace: string | null | undefined, name: string) => string;
}

/** Adds a note; the sentence is printable ASCII without the user's content: it may go into a header. */
export function note(
  { notes }: Pick<Context, "notes">,
  code: string,
  param: string,
  message: string,
): void {
  notes.push({ code, param, message });
}

/** A client's word made fit for a note: printable ASCII of at most 64 characters. */
export function label(word: unknown): string {
  if (typeof word !== "string") return "(none)";
  return word.slice(0, 64).replace(/[^\x20-\x7e]/g, "?");
}

/** The fields that carry a value: what a client left out or set to null stays out. */
export function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const carried = Object.entries(fields).filter(([, value]) => value != null);
  return Object.fromEntries(carried) as { [K in keyof T]?: NonNullable<T[K]> };
}
