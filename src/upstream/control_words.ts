/**
 * Which words are control tokens for the model behind llama-server, asked of its own tokenizer.
 */
import { CONTROL_WORDS, controlPattern, wordsOfTemplate } from "../protocol/control_text.ts";
import { isRecord } from "../protocol/record.ts";
import type { Llama } from "./llama.ts";

/** What finds the control words of a model. */
export type ControlWords = (
  model: { id: string; template: string },
  signal: AbortSignal,
) => Promise<RegExp | null>;

/** All words that are known; for models that nothing can be asked about. */
export const ANY_CONTROL_WORD = controlPattern(CONTROL_WORDS);

/** Asks once for each model and template; a tokenizer that does not answer is asked again later. */
export function controlWords(llama: Llama): ControlWords {
  let known: { key: string; pattern: RegExp | null } | null = null;
  return async ({ id, template }, signal) => {
    const key = `${id}\0${template}`;
    if (known?.key === key) return known.pattern;
    const written = wordsOfTemplate(template);
    const tokens = await singleTokens(llama, [...CONTROL_WORDS, ...written], signal);
    if (tokens === null) return ANY_CONTROL_WORD;
    // A template cuts texts at its own words, tokens or not.
    const pattern = controlPattern([...new Set([...tokens, ...written])]);
    known = { key, pattern };
    return pattern;
  };
}

/** Those of the words that the tokenizer reads as one token; null when it cannot be asked. */
async function singleTokens(
  llama: Llama,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    const answer = await llama.postJson("/tokenize", {
      content: words.join("\n"),
      add_special: false,
      parse_special: true,
      with_pieces: true,
    }, signal);
    if (!isRecord(answer) || !Array.isArray(answer.tokens)) return null;
    const pieces = new Set(answer.tokens.map((token) => isRecord(token) ? token.piece : null));
    return words.filter((word) => pieces.has(word));
  } catch {
    return null;
  }
}
