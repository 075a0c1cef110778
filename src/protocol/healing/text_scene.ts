/** What is told of an answer's text, and what is held back of it. Pure. */
import { drop, held, heldLength, type Reader } from "../reading/reader.ts";
import { declaredName } from "./names.ts";
import type { PrintedCall, Scene } from "./scene.ts";

/** A piece of an answer, in its order. */
export type HealedPiece =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | ({ kind: "call" } & PrintedCall);

export interface HealerOptions {
  /** The declared tools by their names, with the JSON schemas of their arguments, if any. */
  tools: ReadonlyMap<string, unknown>;
  /** How many calls there may be at most. */
  most: number;
  /** Whether an answer may begin with think tags that mean something. */
  think: boolean;
  /** Whether calls are cut out and not given: for answers that must be text. */
  discard?: boolean;
}

/** Longer markup is text; in UTF-16 units. */
const MAX_HELD = 64 * 1024;

/**
 * What becomes of further text: it is looked at; it passes as it is; or it is left out, because a
 * call has begun beyond those that there may be.
 */
export type Attention = "looking" | "asleep" | "over";

/** A scene with the text around the calls. */
export interface TextScene extends Scene {
  attention(): Attention;
  /** Whether nothing but white space has passed on the current line. */
  lineStart(): boolean;
  /** Whether what has passed ends with a backslash. */
  escaped(): boolean;
  /** Whether further text without a marker may pass unread, if the reading waits for just that. */
  clear(): boolean;
  /** Whether more is held than may be. */
  tooLong(): boolean;
  /** Passes on what is held. */
  pass(): void;
  /** Passes on what is held but for white space at its end, which may belong to a marker. */
  passText(): void;
  /** Notes that text, with no white space at its end, went past the reader. */
  passed(text: string): void;
  /** Gives what is there, also what is unread, and looks no more. */
  sleep(): void;
  /** Says what the text is from now on. */
  turn(kind: "text" | "reasoning"): void;
  /** The pieces since the last time. */
  take(): readonly HealedPiece[];
}

const BLANK_START = /^[ \t\r\n]+/;
const NOT_BLANK = /[^ \t\r\n]/;
const NOTHING: readonly HealedPiece[] = [];

export function textScene(reader: Reader, options: HealerOptions): TextScene {
  const { tools, most, discard = false } = options;
  let attention: Attention = "looking";
  let pieces: HealedPiece[] = [];
  let kind: "text" | "reasoning" = "text";
  let calls = 0;
  /** White space behind a call belongs to it. */
  let behindCall = false;
  let lineStart = true;
  let last = "";

  function emit(text: string): void {
    const piece = pieces.at(-1);
    if (piece?.kind === kind) piece.text += text;
    else pieces.push({ kind, text });
  }

  function say(text: string): void {
    drop(reader);
    const said = behindCall ? text.replace(BLANK_START, "") : text;
    if (said === "") return;
    behindCall = false;
    last = said;
    const line = said.lastIndexOf("\n");
    lineStart = (line >= 0 || lineStart) && !NOT_BLANK.test(said.slice(line + 1));
    emit(said);
  }

  const pass = () => say(held(reader));

  return {
    reader,
    declared: (name) => declaredName(tools, name),
    schema: (name) => tools.get(name),
    attention: () => attention,
    lineStart: () => lineStart,
    escaped: () => last.endsWith("\\"),
    clear: () => attention === "looking" && !behindCall && heldLength(reader) === 0,
    tooLong: () => heldLength(reader) > MAX_HELD,
    give(call) {
      if (heldLength(reader) > MAX_HELD) return false;
      if (!discard && calls >= most) attention = "over";
      if (attention !== "looking") return false;
      drop(reader);
      if (discard) return true;
      calls++;
      pieces.push({ kind: "call", ...call });
      behindCall = true;
      lineStart = true;
      return true;
    },
    cut: () => drop(reader),
    say,
    pass,
    passText() {
      let end = reader.at;
      while (end > reader.mark && isBlank(reader.text.charCodeAt(end - 1))) end--;
      if (end > reader.mark) {
        const rest = reader.at;
        reader.at = end;
        pass();
        reader.at = rest;
      }
      // White space without end passes in parts, wherever the text was cut.
      while (heldLength(reader) > MAX_HELD) {
        const blank = held(reader);
        say(blank.slice(0, MAX_HELD + 1));
        reader.before = blank.slice(MAX_HELD + 1);
      }
    },
    passed(text) {
      last = text;
      lineStart = false;
    },
    sleep() {
      if (attention !== "looking") return;
      attention = "asleep";
      reader.at = reader.text.length;
      pass();
      kind = "text";
    },
    turn(to) {
      kind = to;
    },
    take() {
      if (pieces.length === 0) return NOTHING;
      const taken = pieces;
      pieces = [];
      return taken;
    },
  };
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
