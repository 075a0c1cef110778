/**
 * The formats that OpenAI's custom tools declare for a model's free text: anything, a Lark grammar
 * or a regular expression. Definitions and texts come from outside, so the host's RegExp never sees
 * a pattern of theirs, and both reading and checking are bounded.
 */
import { isRecord } from "../record.ts";
import { exampleText } from "./example.ts";
import type { Grammar } from "./expression.ts";
import { larkGrammar } from "./lark.ts";
import { type Network, network } from "./network.ts";
import { regexExpression } from "./regex.ts";
import { walk, type Work } from "./walk.ts";

/** `unknown`: the format cannot be read, or checking would take too long. */
export type Verdict = "fits" | "misfits" | "unknown";

export interface TextFormat {
  /** Null where any text will do, or where the format is of no known shape. */
  readonly syntax: "lark" | "regex" | null;
  /** The grammar or the expression as the client wrote it; empty without a syntax. */
  readonly definition: string;
  /** Whether a whole text fits. Callers that check several texts hand over one `work` for all. */
  verdict(text: string, work?: Work): Verdict;
  /**
   * A short text that fits; null where none is known, any text will do, or `work` does not suffice.
   * Whoever describes several formats hands over one `work` for all.
   */
  example(work: Work): string | null;
}

const MAX_DEFINITION = 65_536;
const COMPILE_COST = 10_000;

/**
 * The work that one text of this length may cost: some 80 ms, and twice what a patch takes per
 * character under the grammar of `apply_patch`.
 */
export function workFor(length: number): Work {
  return { left: 4_000_000 + 16 * length };
}

/**
 * The format of a custom tool, as its field `format` has it. Without one any text fits; in a shape
 * that is not known nothing is. It is read at its first use; keep the result for further ones.
 */
export function textFormat(format: unknown): TextFormat {
  if (format == null) return anyText("fits");
  if (!isRecord(format)) return anyText("unknown");
  if (format.type === "text") return anyText("fits");
  const { type, syntax, definition } = format;
  if (type !== "grammar" || typeof definition !== "string") return anyText("unknown");
  return syntax === "lark" || syntax === "regex"
    ? described(syntax, definition)
    : anyText("unknown");
}

function anyText(verdict: Verdict): TextFormat {
  return { syntax: null, definition: "", verdict: () => verdict, example: () => null };
}

/** The work that the examples of all custom tools of a request may cost: a few milliseconds. */
export function workForExamples(): Work {
  return { left: 100_000 };
}

interface Compiled {
  grammar: Grammar;
  network: Network;
}

function described(syntax: "lark" | "regex", definition: string): TextFormat {
  let known: Compiled | null | undefined;
  const compiled = () => known === undefined ? known = compile(syntax, definition) : known;
  const verdict = (text: string, work: Work = workFor(text.length)) => {
    const format = compiled();
    return format === null ? "unknown" : walk(format.network, text, work);
  };
  const example = (work: Work) => {
    // Reading a format costs more than looking at it later.
    work.left -= COMPILE_COST + definition.length;
    const format = work.left < 0 ? null : compiled();
    const text = format === null ? null : exampleText(format.grammar, work);
    if (format === null || text === null) return null;
    work.left -= format.network.states.length;
    // Edges are not looked at by the derivation.
    return verdict(text, work) === "fits" ? text : null;
  };
  return { syntax, definition, verdict, example };
}

/** Null for what is not supported. */
function compile(syntax: "lark" | "regex", definition: string): Compiled | null {
  if (definition.length > MAX_DEFINITION) return null;
  try {
    const grammar = syntax === "lark"
      ? larkGrammar(definition)
      : new Map([["start", regexExpression(definition)]]);
    return { grammar, network: network(grammar) };
  } catch (problem) {
    if (problem instanceof SyntaxError) return null;
    throw problem;
  }
}
