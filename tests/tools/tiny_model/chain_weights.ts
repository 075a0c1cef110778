import type { Family } from "./family.ts";
import { writesToolCallLines } from "./family.ts";
import { addTo, gaussMatrix, type Matrix, row } from "./matrix.ts";
import type { PythonRandom } from "./python_random.ts";
import { DIMENSION, FREE, SHAPE } from "./shape.ts";
import { TOKEN_TYPE, type Vocabulary } from "./vocabulary.ts";
import type { WordChain } from "./word_chain.ts";

const ROOM = SHAPE.embedding - FREE;
/** What RMSNorm makes of an embedding whose squares sum to 2. */
const GAIN = Math.sqrt(SHAPE.embedding / 2);
/** How far the chain's logits stand above those of everything else. */
const CHAIN_LOGIT = 16;

/** The two matrices that hold the word chain. */
export interface ChainWeights {
  readonly embeddings: Matrix;
  readonly head: Matrix;
}

/**
 * Writes a word chain as token embeddings and output head: each token that the chain knows has a
 * residual dimension of its own, from which the head reads what may follow.
 */
export function chainWeights(
  vocabulary: Vocabulary,
  family: Family,
  chain: WordChain,
  random: PythonRandom,
): ChainWeights {
  if (chain.size > ROOM) {
    throw new RangeError(`Cannot write the chain: ${chain.size} tokens, room for ${ROOM}`);
  }
  const known = [...chain.keys()].sort((a, b) => a - b);
  const slots = new Map(known.map((token, i) => [token, FREE + i]));
  const embeddings = vocabulary.tokens.map((_, token) => embedding(slots.get(token), random));
  const head = gaussMatrix(random, vocabulary.tokens.length, SHAPE.embedding, 0.02);
  for (const cells of head) cells.fill(0, 0, FREE);
  const biases = biasesOf(vocabulary, family);
  for (const [token, bias] of biases) addTo(row(head, token), DIMENSION.constant, bias / GAIN);
  for (const [token, slot] of slots) {
    for (const [next, weight] of chain.get(token) ?? []) {
      // The follower's own bias is taken back: within the chain only the weight decides.
      const logit = CHAIN_LOGIT + Math.log(weight) - (biases.get(next) ?? 0);
      addTo(row(head, next), slot, logit / GAIN);
    }
  }
  return { embeddings, head };
}

// A token that the chain does not know points somewhere at random, with the same length.
function embedding(slot: number | undefined, random: PythonRandom): Float64Array {
  const cells = new Float64Array(SHAPE.embedding);
  cells[DIMENSION.constant] = 1;
  if (slot !== undefined) {
    cells[slot] = 1;
    return cells;
  }
  const direction = Array.from({ length: ROOM }, () => random.gauss(0, 1));
  const length = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0));
  cells.set(direction.map((x) => x / length), FREE);
  return cells;
}

function biasesOf(vocabulary: Vocabulary, family: Family): Map<number, number> {
  const biases = new Map<number, number>();
  vocabulary.types.forEach((type, token) => {
    if (type !== TOKEN_TYPE.normal) biases.set(token, -12);
    else if (token < 256 && (token < 32 || token >= 127)) biases.set(token, -6);
  });
  for (const [text, bias] of familyBiases(family)) biases.set(vocabulary.id(text), bias);
  for (const [text, bias] of PUNCTUATION_BIASES) biases.set(vocabulary.id(text), bias);
  return biases;
}

type Bias = readonly [text: string, bias: number];

// Where a grammar spells a marker out, one token for all of it is preferred.
function familyBiases(family: Family): readonly Bias[] {
  if (writesToolCallLines(family)) return [["</tool_call>", 6]];
  if (family === "harmony") return [["<|message|>", 8], ["analysis", 6], ["commentary", 6]];
  return [];
}

// JSON closes soon, and white space does not go on for ever. `>` and its line end come as one token:
// after `>` alone, the likeliest line end would be the one that closes a parameter, which has then not
// begun, so that its text went on until the context was full (1 % of the calls written as XML).
const PUNCTUATION_BIASES: readonly Bias[] = [
  ['"', 5],
  ["}", 6],
  ["]", 6],
  [":", 2],
  [",", 1],
  [">\n", 7],
  [" ", -8],
  ["\n", -8],
  ["\t", -8],
  ["\n\n", -8],
  ["\\", -8],
];
