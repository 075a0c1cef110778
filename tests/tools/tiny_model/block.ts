import { gaussMatrix, type Matrix } from "./matrix.ts";
import type { PythonRandom } from "./python_random.ts";
import { FREE, SHAPE } from "./shape.ts";

/** The matrices of one transformer block, keyed as GGUF names them. */
export interface Block {
  readonly attn_q: Matrix;
  readonly attn_k: Matrix;
  readonly attn_v: Matrix;
  readonly attn_output: Matrix;
  readonly ffn_gate: Matrix;
  readonly ffn_up: Matrix;
  readonly ffn_down: Matrix;
}

/** A block that adds a little noise to the chain's dimensions and nothing to the meaningful ones. */
export function noiseBlock(random: PythonRandom): Block {
  const { embedding, heads, keyHeads, headSize, feedForward } = SHAPE;
  const block = {
    attn_q: gaussMatrix(random, heads * headSize, embedding, 0.05),
    attn_k: gaussMatrix(random, keyHeads * headSize, embedding, 0.05),
    attn_v: gaussMatrix(random, keyHeads * headSize, embedding, 0.02),
    attn_output: gaussMatrix(random, embedding, heads * headSize, 0.002),
    ffn_gate: gaussMatrix(random, feedForward, embedding, 0.02),
    ffn_up: gaussMatrix(random, feedForward, embedding, 0.02),
    ffn_down: gaussMatrix(random, embedding, feedForward, 0.002),
  };
  for (const matrix of [block.attn_output, block.ffn_down]) {
    for (const cells of matrix.slice(0, FREE)) cells.fill(0);
  }
  return block;
}
