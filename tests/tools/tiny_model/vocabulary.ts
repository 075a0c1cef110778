import { BYTE_ALPHABET, spell } from "./byte_alphabet.ts";
import { type Merge, trainMerges } from "./byte_pair_merges.ts";
import type { Family } from "./family.ts";
import { ANSWER, JOINTS, PROMPT_WORDS, START, THINK, VALUES } from "./words.ts";

/** Token types as GGUF's `tokenizer.ggml.token_type` numbers them. */
export const TOKEN_TYPE = { normal: 1, control: 3, userDefined: 4 } as const;

/**
 * Ends a tool parameter written as XML. This token and the next two are only ever generated, because
 * no merge leads to them: they let the chain, which knows nothing but its last token, do the right
 * thing after them.
 */
export const CLOSE_PARAMETER = "\n</parameter>\n";
/** Opens harmony's final channel. */
export const FINAL = "<|channel|>final<|message|>";
/** Ends a harmony thought and opens the final channel. */
export const TO_FINAL = `<|end|><|start|>assistant${FINAL}`;

const CHATML_CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const CHATML_MARKS = [
  "<think>",
  "</think>",
  "<tool_call>",
  "</tool_call>",
  "<tool_response>",
  "</tool_response>",
];
const HARMONY_CONTROL = [
  "<|endoftext|>",
  "<|start|>",
  "<|end|>",
  "<|message|>",
  "<|channel|>",
  "<|constrain|>",
  "<|return|>",
  "<|call|>",
];
const STEERING = ["[[tool]]", "[[tools]]", "[[think]]", "[[plain]]"];
const SIZE_STEP = 32;

/** A byte-level byte-pair vocabulary; a token's number is its place in `tokens`. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** For each token its {@linkcode TOKEN_TYPE}. */
  readonly types: readonly number[];
  readonly merges: readonly Merge[];
  /** The number of the token that stands for a plain text, special or not; throws when none does. */
  id(text: string): number;
  /** The number of the token for one byte. */
  byte(byte: number): number;
}

/** Makes the vocabulary of a family: bytes, words, generated-only tokens, special tokens, filling. */
export function vocabularyOf(family: Family): Vocabulary {
  const words = [...START, ...ANSWER, ...THINK, ...VALUES, ...PROMPT_WORDS, ...JOINTS];
  const merges = trainMerges([...new Set(words)]);
  const tokens = [...new Set([...BYTE_ALPHABET, ...merges.map(([left, right]) => left + right)])];
  const types: number[] = tokens.map(() => TOKEN_TYPE.normal);
  const add = (texts: readonly string[], type: number) => {
    tokens.push(...texts);
    types.push(...texts.map(() => type));
  };
  const harmony = family === "harmony";
  add(
    (harmony ? [CLOSE_PARAMETER, FINAL, TO_FINAL] : [CLOSE_PARAMETER]).map(spell),
    TOKEN_TYPE.normal,
  );
  add(harmony ? HARMONY_CONTROL : CHATML_CONTROL, TOKEN_TYPE.control);
  add(harmony ? [] : CHATML_MARKS, TOKEN_TYPE.userDefined);
  add(STEERING, TOKEN_TYPE.userDefined);
  while (tokens.length % SIZE_STEP) add([`<|unused_${tokens.length}|>`], TOKEN_TYPE.control);
  return { tokens, types, merges, ...lookup(tokens, types) };
}

function lookup(
  tokens: readonly string[],
  types: readonly number[],
): Pick<Vocabulary, "id" | "byte"> {
  const numbers = new Map(tokens.map((token, number) => [token, number]));
  return {
    id(text) {
      const special = numbers.get(text);
      if (special !== undefined && types[special] !== TOKEN_TYPE.normal) return special;
      const number = numbers.get(spell(text));
      if (number === undefined) throw new RangeError(`Cannot find a token: none is "${text}"`);
      return number;
    },
    byte: (byte) => numbers.get(BYTE_ALPHABET[byte]!)!,
  };
}
