/**
 * From what a model wrote for a custom tool to the text that the tool expects.
 *
 * llama-server knows functions only, so a custom tool is offered as one with the string `input`.
 * Small models then wrap the text once more: in JSON, in a code fence, in a shell command. The
 * tool's own format decides what was meant.
 */
import { escapedText } from "./custom_text/escapes.ts";
import { fencedText, outerFencedText } from "./custom_text/fence.ts";
import { jsonText, looseJsonText, soleInput } from "./custom_text/json.ts";
import { isPatchFormat, patchRepairs } from "./custom_text/patch.ts";
import { BEGIN, END } from "./custom_text/patch_lines.ts";
import { shellText } from "./custom_text/shell.ts";
import { type TextFormat, workFor } from "./text_format/text_format.ts";

/** What has to be known of a custom tool to read a text for it. */
export interface CustomTool {
  name: string;
  format: TextFormat;
}

/** One way to take a text out of what surrounds it; null where it does not apply. */
type Reading = (text: string, tool: string) => string | null;

const READINGS: readonly Reading[] = [
  jsonText,
  looseJsonText,
  fencedText,
  outerFencedText,
  shellText,
  escapedText,
];
/** Three wrappers around each other have been seen; more texts than this are guesses. */
const MAX_LAYERS = 4;
const MAX_TEXTS = 24;

/**
 * The text for the tool. What fits the tool's format stays byte for byte; otherwise the first
 * reading that fits is taken. Where none does, the text is unwrapped if the wrapper can be nothing
 * else, and is the model's own if not. Markup may come and go, content never.
 *
 * @param raw the value of `input`, or all that the model wrote where that was no JSON
 */
export function finishCustomText(raw: string, { name, format }: CustomTool): string {
  const work = workFor(2 * raw.length);
  const first = format.verdict(raw, work);
  if (first === "fits") return raw;
  const patch = isPatchFormat(format);
  const texts = layers(raw, name);
  if (first === "misfits") {
    for (const text of candidates(texts, patch)) {
      const verdict = format.verdict(text, work);
      if (verdict === "fits") return text;
      if (verdict === "unknown") break;
    }
  }
  return surelyUnwrapped(texts, patch);
}

/** The text itself, then all that its readings give, and theirs. */
function layers(raw: string, tool: string): string[] {
  const texts = new Set([raw]);
  let layer = [raw];
  for (let depth = 0; depth < MAX_LAYERS && layer.length > 0; depth++) {
    const inner = layer.flatMap((text) => READINGS.map((reading) => reading(text, tool)))
      .filter((text): text is string => text !== null && !texts.has(text));
    layer = [...new Set(inner)].slice(0, Math.max(0, MAX_TEXTS - texts.size));
    for (const text of layer) texts.add(text);
  }
  return [...texts];
}

/** Repairs begin with the innermost text: what is around a patch must not become a part of it. */
function* candidates(texts: readonly string[], patch: boolean): Generator<string> {
  for (const text of texts) {
    if (text.trim() === "") continue;
    if (text !== texts[0]) yield text;
    yield text.trim();
    yield `${text.trim()}\n`;
  }
  if (!patch) return;
  for (const text of texts.toReversed()) yield* patchRepairs(text);
}

/** A text in a wrapper that no format can ask for; the outermost one itself without. */
function surelyUnwrapped(texts: readonly string[], patch: boolean): string {
  const [raw = ""] = texts;
  const begun = patch && texts.find(isOnePatch);
  if (begun) return begun;
  const input = soleInput(raw) ?? raw;
  return wholeFence(input) ?? input;
}

/** From its first marker to its last, where it has one, without the rest of another wrapper. */
function isOnePatch(text: string): boolean {
  const patch = text.trim();
  const ended = patch.endsWith(END) || !patch.includes(END);
  return patch.startsWith(BEGIN) && patch.lastIndexOf(BEGIN) === 0 && ended;
}

/** The inside of a fence that has nothing around it. */
function wholeFence(text: string): string | null {
  const trimmed = text.trim();
  const mark = /^(?:`{3,}|~{3,})/.exec(trimmed)?.[0];
  return mark !== undefined && trimmed.endsWith(`\n${mark}`) ? fencedText(trimmed) : null;
}
