/**
 * What a translation knows beside the request, and what it reports back.
 */
import type { ThinkingSwitch } from "../chat_template.ts";
import type { Note } from "../note.ts";

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
}

/** What the operator decided. */
export interface TranslateOptions {
  /** What becomes of images that the model cannot see: left out with a note, or 400. */
  images: "omit" | "refuse";
}

/** Handed down through one translation; `notes` is the only thing that is written to. */
export interface Context {
  readonly facts: ModelFacts;
  readonly options: TranslateOptions;
  readonly notes: Note[];
}

/** Adds a note; the sentence is printable ASCII without the user's content: it may go into a header. */
export function note(context: Context, code: string, param: string, message: string): void {
  context.notes.push({ code, param, message });
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
