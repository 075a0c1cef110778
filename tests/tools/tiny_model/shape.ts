/** Sizes of the transformer, in the words of GGUF's keys for a qwen3 model. */
export const SHAPE = {
  embedding: 192,
  blocks: 1,
  heads: 4,
  keyHeads: 2,
  headSize: 32,
  feedForward: 256,
  /** Far more than the model is good for, so that prompts of an agent's size are accepted. */
  context: 131072,
  /** The slowest rotary pairs turn by less than 0.01 rad over the whole context. */
  ropeBase: 1e9,
} as const;

/**
 * Residual dimensions with a meaning. `is…` marks a token in the prompt, `gate…` a token where a turn
 * begins, `say…` what an attention head concludes from both. The dimensions from `FREE` on carry the
 * word chain.
 */
export const DIMENSION = {
  constant: 0,
  isTool: 1,
  isToolResult: 2,
  gateTool: 3,
  sayTool: 4,
  isThink: 5,
  sayThink: 6,
  gateThink: 7,
  isPlain: 8,
  sayPlain: 9,
  isMore: 10,
  gateMore: 11,
  sayMore: 12,
} as const;

/** The first residual dimension without a meaning of its own. */
export const FREE = 13;
