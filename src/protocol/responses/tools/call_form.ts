/**
 * How a call of an offered tool is told to the client. The model only ever calls functions; Codex
 * and other clients accept a call only in the form of the tool that they declared (codex.md 3).
 */
import type { TextFormat } from "../../text_format/text_format.ts";

/** A function, by the names that the client gave it. */
export interface FunctionForm {
  kind: "function";
  name: string;
  namespace: string | null;
}

/** A tool that takes raw text. */
export interface CustomForm {
  kind: "custom";
  name: string;
  namespace: string | null;
  /** What the text must look like. */
  format: TextFormat;
}

/** A tool that is known by its type. */
export interface TypedForm {
  kind: "tool_search" | "local_shell" | "shell" | "apply_patch";
}

export type CallForm = FunctionForm | CustomForm | TypedForm;

/** The parameter that carries a custom tool's text. */
export const CUSTOM_FIELD = "input";
