import type { Block } from "./block.ts";
import type { ChainWeights } from "./chain_weights.ts";
import type { Family } from "./family.ts";
import { row } from "./matrix.ts";
import { DIMENSION, SHAPE } from "./shape.ts";
import { FINAL, type Vocabulary } from "./vocabulary.ts";
import { START } from "./words.ts";

/** Rotary pairs (i, i + 16) that hardly turn, whatever the distance between two tokens. */
const SLOWEST = SHAPE.headSize / 2 - 1;
const SECOND_SLOWEST = SHAPE.headSize / 2 - 2;

/** The weight of the query norm that makes a steering head sure of the marker it sees. */
export const SURE_QUERY = { place: SLOWEST, weight: 10 } as const;

interface SteeringHead {
  readonly head: number;
  /** The dimension of the tokens that let this head look. */
  readonly gate: number;
  /** The dimensions that the head's first and second value write to. */
  readonly says: Readonly<Record<number, number>>;
}

// Heads 0 and 1 share their keys; so would head 3 with head 2, which stays as it is.
const TOOL_HEADS: readonly SteeringHead[] = [
  { head: 0, gate: DIMENSION.gateTool, says: { 0: DIMENSION.sayTool } },
  { head: 1, gate: DIMENSION.gateMore, says: { 1: DIMENSION.sayMore } },
];
const THINK_HEAD: SteeringHead = {
  head: 3,
  gate: DIMENSION.gateThink,
  says: { 0: DIMENSION.sayThink, 1: DIMENSION.sayPlain },
};

/**
 * Makes heads of the first block look for the marker tokens. Their queries are zero unless the current
 * token opens a turn, their keys zero but for markers: without one they look at everything evenly,
 * which writes next to nothing.
 */
export function steerHeads(block: Block): void {
  for (const steering of TOOL_HEADS) clearHead(block, steering);
  clearHead(block, THINK_HEAD);
  const tool = keyRow(0);
  // A tool result in sight wins over the marker, and says nothing.
  row(block.attn_k, tool + SLOWEST)[DIMENSION.isTool] = 1;
  row(block.attn_k, tool + SECOND_SLOWEST)[DIMENSION.isTool] = 1;
  row(block.attn_k, tool + SLOWEST)[DIMENSION.isToolResult] = 1;
  row(block.attn_v, tool)[DIMENSION.isTool] = 0.2;
  row(block.attn_v, tool + 1)[DIMENSION.isMore] = 0.2;
  const think = keyRow(THINK_HEAD.head);
  row(block.attn_k, think + SLOWEST)[DIMENSION.isThink] = 1;
  row(block.attn_k, think + SLOWEST)[DIMENSION.isPlain] = 1;
  row(block.attn_v, think)[DIMENSION.isThink] = 0.2;
  row(block.attn_v, think + 1)[DIMENSION.isPlain] = 0.2;
  for (const steering of [...TOOL_HEADS, THINK_HEAD]) connect(block, steering);
}

function keyRow(head: number): number {
  return Math.floor(head / (SHAPE.heads / SHAPE.keyHeads)) * SHAPE.headSize;
}

function clearHead(block: Block, { head }: SteeringHead): void {
  const query = head * SHAPE.headSize;
  for (let i = 0; i < SHAPE.headSize; i++) {
    row(block.attn_q, query + i).fill(0);
    row(block.attn_k, keyRow(head) + i).fill(0);
    row(block.attn_v, keyRow(head) + i).fill(0);
  }
  for (const cells of block.attn_output) cells.fill(0, query, query + SHAPE.headSize);
}

function connect(block: Block, { head, gate, says }: SteeringHead): void {
  row(block.attn_q, head * SHAPE.headSize + SLOWEST)[gate] = 1;
  for (const [value, dimension] of Object.entries(says)) {
    row(block.attn_output, dimension)[head * SHAPE.headSize + Number(value)] = 0.5;
  }
}

/** Marks in the embeddings what steers, and lets the head obey what the steering heads say. */
export function steerTokens(
  { embeddings, head }: ChainWeights,
  vocabulary: Vocabulary,
  family: Family,
): void {
  const mark = (text: string, ...dimensions: number[]) => {
    for (const dimension of dimensions) row(embeddings, vocabulary.id(text))[dimension] = 1;
  };
  mark("[[tool]]", DIMENSION.isTool);
  mark("[[tools]]", DIMENSION.isTool, DIMENSION.isMore);
  mark("[[think]]", DIMENSION.isThink);
  mark("[[plain]]", DIMENSION.isPlain);
  const harmony = family === "harmony";
  if (harmony) {
    mark("<|call|>", DIMENSION.isToolResult);
    mark("assistant", DIMENSION.gateTool, DIMENSION.gateThink);
  } else {
    mark("</tool_response>", DIMENSION.isToolResult);
    mark("\n\n", DIMENSION.gateTool);
    mark("</tool_call>", DIMENSION.gateMore);
    if (family !== "forced-think") mark("\n", DIMENSION.gateTool, DIMENSION.gateThink);
  }
  const obey = (text: string, dimension: number, weight: number) => {
    row(head, vocabulary.id(text))[dimension] = weight;
  };
  if (family !== "plain") {
    obey(harmony ? " to" : "<tool_call>", DIMENSION.sayTool, 6);
    // After a call, another one is about as likely as the end.
    obey(harmony ? " to" : "<tool_call>", DIMENSION.sayMore, 4.2);
  }
  obey(harmony ? "<|channel|>" : "<think>", DIMENSION.sayThink, 10);
  for (const text of harmony ? [FINAL] : START) obey(text, DIMENSION.sayPlain, 6);
}
