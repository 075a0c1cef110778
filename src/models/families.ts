/** What suits the families of models: sampling as their makers recommend it, and thinking. Pure. */

import type { Sampling } from "./sampling.ts";

/**
 * Where temperature and top-p are from: the model's card, the vendor's `generation_config.json`, or
 * common practice, where the vendor's word is not known to us. `min_p` 0.01 beside a card's values is
 * practice.
 */
export type Source = "card" | "config" | "practice";

/** Models that want the same. */
export interface Family {
  name: string;
  sampling: Sampling;
  source: Source;
  /** With fewer parameters it does not think unless it is told to: it would think in circles. */
  thinksFrom?: number;
}

type Row = [name: string, pattern: RegExp, source: Source, sampling: Sampling, thinksFrom?: number];

/** Null is what the source does not say. */
function draw(
  temperature: number,
  top_p: number | null,
  top_k: number | null,
  min_p: number | null,
  more: Sampling = {},
): Sampling {
  return {
    temperature,
    ...(top_p !== null && { top_p }),
    ...(top_k !== null && { top_k }),
    ...(min_p !== null && { min_p }),
    ...more,
  };
}

const QWEN_INSTRUCT = draw(0.7, 0.8, 20, 0);
const QWEN_THINKING = draw(0.6, 0.95, 20, 0);
/** Qwen recommends it against endless repetition. */
const QWEN_3_5 = draw(0.7, 0.8, 20, 0, { presence_penalty: 1.5 });
const GEMMA = draw(1, 0.95, 64, 0);
const PRACTICE = draw(0.7, 0.95, 0, 0.01);

/**
 * The first that matches counts, so special ones come first: what was distilled from a family is
 * named after both. Repeat penalties of Qwen's coders (1.05) are left out, since code repeats itself.
 */
const ROWS: readonly Row[] = [
  ["deepseek-ocr", /\bdeepseek-?ocr/, "card", draw(0, 0.95, 0, 0.01)],
  ["deepseek-v4", /\bdeepseek-?v4\b/, "practice", draw(1, 1, 0, 0)],
  ["deepseek", /\bdeepseek-?(?:r1|v3)\b/, "card", draw(0.6, 0.95, 0, 0.01)],
  ["nemotron", /\bnemotron/, "card", draw(1, 1, 0, 0.01)],

  ["qwen3-coder-next", /\bqwen-?3-?coder-?next/, "card", draw(1, 0.95, 40, null)],
  ["qwen3-coder", /\bqwen-?3-?coder/, "card", QWEN_INSTRUCT],
  ["qwen3.8", /\bqwen-?3\.8\b/, "practice", QWEN_3_5],
  ["qwen3.6", /\bqwen-?3\.6\b/, "card", QWEN_3_5, 9e9],
  ["qwen3.5", /\bqwen-?3\.5\b/, "card", QWEN_3_5, 9e9],
  ["qwen3-thinking", /\bqwen-?3\b.*-thinking\b/, "card", QWEN_THINKING],
  ["qwen3-instruct", /\bqwen-?3\b.*-instruct\b/, "card", QWEN_INSTRUCT],
  ["qwen3-next", /\bqwen-?3-?next/, "card", QWEN_INSTRUCT],
  ["qwen3-vl", /\bqwen-?3-?vl/, "card", QWEN_INSTRUCT],
  ["qwen3", /\bqwen-?3\b/, "card", QWEN_THINKING],
  ["qwq", /\bqwq\b/, "card", draw(0.6, 0.95, 40, 0)],
  // Notebooks draw at 1.5 from the coder, the models with eyes and Llama 3: nothing for agents.
  ["qwen2.5-coder", /\bqwen-?2\.5-?coder/, "config", draw(0.7, 0.8, 20, null)],
  ["qwen2.5-vl", /\bqwen-?2\.5-?vl/, "config", draw(0, null, null, null)],
  ["qwen2-vl", /\bqwen-?2-?vl/, "config", draw(0.01, 0.001, 1, null)],
  ["qwen2.5", /\bqwen-?2\.5/, "config", QWEN_INSTRUCT],
  ["qwen2", /\bqwen-?2\b/, "config", QWEN_INSTRUCT],

  ["gemma", /\b(?:gemma-?(?:4|3n|3|2)\b|medgemma)/, "card", GEMMA],
  ["llama-4", /\bllama-?4\b/, "config", draw(0.6, 0.9, null, null)],
  ["llama-3", /\bllama-?3\b/, "config", draw(0.6, 0.9, null, null)],
  ["phi-4", /\bphi-?4\b/, "card", draw(0.8, 0.95, 0, 0)],
  ["phi-3", /\bphi-?3\b/, "practice", draw(0.7, 0.9, 0, 0.01)],

  ["devstral", /\bdevstral/, "card", draw(0.15, null, null, null)],
  ["magistral", /\bmagistral/, "card", PRACTICE],
  ["mistral-nemo", /\bmistral-?nemo/, "card", draw(0.3, null, null, null)],
  ["mistral-small", /\b(?:mistral-?small|ministral)/, "card", draw(0.15, 0.95, 0, 0.01)],
  ["mistral-large", /\bmistral-?large/, "practice", PRACTICE],

  ["kimi-k3", /\bkimi-?k3\b/, "practice", draw(1, 0.95, 0, 0)],
  ["kimi-k2-thinking", /\bkimi-?k2-?thinking/, "card", draw(1, null, null, null)],
  ["kimi", /\bkimi\b/, "card", draw(0.6, 0.95, 0, 0.01)],
  ["glm", /\bglm-?[45]\b/, "card", draw(1, 0.95, 0, 0.01)],
  ["grok", /\bgrok-?\d/, "practice", draw(1, 0.95, 0, 0.01)],
  ["minimax", /\bminimax/, "card", draw(1, 0.95, 40, 0.01)],
  ["gpt-oss", /\bgpt-?oss/, "card", draw(1, 1, 0, 0.01)],
  ["granite-4", /\bgranite-?4\b/, "card", draw(0, 1, 0, 0.01)],
  ["lfm2", /\blfm-?2\b/, "card", draw(0.1, 0.1, 50, 0.15, { repeat_penalty: 1.05 })],
  ["smollm3", /\bsmollm-?3\b/, "card", draw(0.6, 0.95, null, null)],
  ["others", /\b(?:smollm|olmo|falcon|ernie|seed-?oss|mimo)/, "practice", PRACTICE],
];

/** The family that one of the names tells of; the first name that says anything counts. */
export function familyOf(names: readonly (string | null)[]): Family | null {
  for (const name of names.map((each) => plain(each ?? ""))) {
    const row = ROWS.find(([, pattern]) => pattern.test(name));
    if (!row) continue;
    const [family, , source, sampling, thinksFrom] = row;
    return { name: family, sampling, source, ...(thinksFrom !== undefined && { thinksFrom }) };
  }
  return null;
}

/** Patterns with a gap take the square of it. */
const LONGEST_NAME = 200;

/** In small letters, without its owner, in words that hyphens part. */
function plain(name: string): string {
  return name.slice(0, LONGEST_NAME).toLowerCase().replace(/^.*\//, "").replace(/[_\s:]+/g, "-");
}

/**
 * Parameters that a label or a name tells of: `9B`, `8x7B`, `500M`. The active ones of a mixture
 * (`35B-A3B`) are none of its size.
 */
export function sizeIn(text: string): number | null {
  const found = /(?<![a-z\d.])(?:(\d+)x)?(\d+(?:\.\d+)?)([mbt])(?![a-z\d])/.exec(plain(text));
  if (!found) return null;
  const [, experts = "1", number, unit = ""] = found;
  return Number(experts) * Number(number) * ({ m: 1e6, b: 1e9, t: 1e12 }[unit] ?? 0);
}
