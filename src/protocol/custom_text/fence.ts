/** Texts in a Markdown code fence, with or without prose around it. */

/** The marks alone, or with a language behind them. */
const FENCE = /^[ \t]{0,3}(?:(`{3,})([^\n`]*)|(~{3,})([^\n]*))$/gm;
/** More fences than these are a document, not a wrapper. */
const MAX_FENCES = 1_000;

interface Fence {
  start: number;
  end: number;
  mark: string;
  bare: boolean;
}

/** The inside of the only fenced block; null where there are more. */
export function fencedText(text: string): string | null {
  const fences = fencesOf(text);
  return fences.length <= 2 ? between(text, fences) : null;
}

/** The inside of the outermost fence, for texts that have fences of their own. */
export function outerFencedText(text: string): string | null {
  const fences = fencesOf(text);
  return fences.length > 2 ? between(text, fences) : null;
}

/** A fence that is never closed ends with the text. */
function between(text: string, fences: readonly Fence[]): string | null {
  const [open] = fences;
  const close = fences.at(-1);
  if (open === undefined || close === undefined) return null;
  if (close === open) return text.slice(open.end + 1);
  if (!close.bare || !close.mark.startsWith(open.mark)) return null;
  return text.slice(open.end + 1, Math.max(open.end + 1, close.start - 1));
}

function fencesOf(text: string): Fence[] {
  const fences: Fence[] = [];
  for (const found of text.matchAll(FENCE)) {
    const [line, ticks, language, tildes = "", note = ""] = found;
    if (fences.length === MAX_FENCES) return [];
    const { index } = found;
    const bare = (language ?? note).trim() === "";
    fences.push({ start: index, end: index + line.length, mark: ticks ?? tildes, bare });
  }
  return fences;
}
