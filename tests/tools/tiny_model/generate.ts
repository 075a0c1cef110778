import { noiseBlock } from "./block.ts";
import { chainWeights } from "./chain_weights.ts";
import type { Family } from "./family.ts";
import { familyOf } from "./family.ts";
import {
  bool,
  float32,
  ggufFile,
  int32s,
  type MetadataValue,
  type Tensor,
  text,
  texts,
  uint32,
} from "./gguf.ts";
import { gaussMatrix } from "./matrix.ts";
import { pythonRandom } from "./python_random.ts";
import { SHAPE } from "./shape.ts";
import { steerHeads, steerTokens, SURE_QUERY } from "./steering.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";
import { endOfAnswer, wordChain } from "./word_chain.ts";

/** What a tiny model is for; `embedding` and `rerank` are what those llama-server modes need. */
export type Kind = "chat" | "embedding" | "rerank";

/** Everything that a tiny model's bytes depend on. */
export interface Recipe {
  /** `general.name` of the file. */
  readonly name: string;
  /** The chat template, as Jinja text. */
  readonly template: string;
  readonly seed: number;
  readonly kind: Kind;
}

/**
 * Writes a tiny GGUF model of about 1.5 MB: an untrained qwen3-architecture transformer whose weights
 * are made by hand. Its output head holds a word chain, and one attention head for each thing to steer
 * looks for marker tokens in the prompt.
 *
 * @returns the file's content, the same bytes for the same recipe on every machine
 */
export async function generateModel(recipe: Recipe): Promise<Uint8Array<ArrayBuffer>> {
  const family = familyOf(recipe.template);
  const random = await pythonRandom(`chaski ${family} ${recipe.seed}`);
  const vocabulary = vocabularyOf(family);
  const chain = wordChain(vocabulary, family, random);
  const weights = chainWeights(vocabulary, family, chain, random);
  const block = noiseBlock(random);
  steerHeads(block);
  steerTokens(weights, vocabulary, family);
  const tensors: Tensor[] = [
    { name: "token_embd.weight", values: weights.embeddings },
    { name: "output_norm.weight", values: new Float32Array(SHAPE.embedding).fill(1) },
    { name: "output.weight", values: weights.head },
    ...norms(),
    ...Object.entries(block).map(([name, values]) => ({ name: `blk.0.${name}.weight`, values })),
  ];
  if (recipe.kind === "rerank") {
    tensors.push({
      name: "cls.output.weight",
      values: gaussMatrix(random, RERANK_LABELS.length, SHAPE.embedding, 0.3),
    });
  }
  return ggufFile(
    {
      ...architecture(recipe.name),
      ...tokenizer(vocabulary, family, recipe.template),
      ...kindMetadata(recipe.kind),
    },
    tensors,
  );
}

function norms(): Tensor[] {
  const query = new Float32Array(SHAPE.headSize).fill(0.3);
  query[SURE_QUERY.place] = SURE_QUERY.weight;
  return [
    { name: "blk.0.attn_norm.weight", values: new Float32Array(SHAPE.embedding).fill(1) },
    { name: "blk.0.ffn_norm.weight", values: new Float32Array(SHAPE.embedding).fill(1) },
    { name: "blk.0.attn_q_norm.weight", values: query },
    { name: "blk.0.attn_k_norm.weight", values: new Float32Array(SHAPE.headSize).fill(1) },
  ];
}

function architecture(name: string): Record<string, MetadataValue> {
  return {
    "general.architecture": text("qwen3"),
    "general.type": text("model"),
    "general.name": text(name),
    "general.size_label": text("tiny"),
    "general.file_type": uint32(1),
    "general.license": text("CC0-1.0"),
    "qwen3.block_count": uint32(SHAPE.blocks),
    "qwen3.context_length": uint32(SHAPE.context),
    "qwen3.embedding_length": uint32(SHAPE.embedding),
    "qwen3.feed_forward_length": uint32(SHAPE.feedForward),
    "qwen3.attention.head_count": uint32(SHAPE.heads),
    "qwen3.attention.head_count_kv": uint32(SHAPE.keyHeads),
    "qwen3.attention.key_length": uint32(SHAPE.headSize),
    "qwen3.attention.value_length": uint32(SHAPE.headSize),
    "qwen3.rope.freq_base": float32(SHAPE.ropeBase),
    "qwen3.attention.layer_norm_rms_epsilon": float32(1e-6),
  };
}

function tokenizer(
  vocabulary: Vocabulary,
  family: Family,
  template: string,
): Record<string, MetadataValue> {
  const filler = vocabulary.id("<|endoftext|>");
  return {
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("qwen2"),
    "tokenizer.ggml.tokens": texts(vocabulary.tokens),
    "tokenizer.ggml.token_type": int32s(vocabulary.types),
    "tokenizer.ggml.merges": texts(vocabulary.merges.map((merge) => merge.join(" "))),
    "tokenizer.ggml.eos_token_id": uint32(vocabulary.id(endOfAnswer(family))),
    "tokenizer.ggml.padding_token_id": uint32(filler),
    "tokenizer.ggml.bos_token_id": uint32(filler),
    "tokenizer.ggml.add_bos_token": bool(false),
    "tokenizer.chat_template": text(template),
  };
}

const RERANK_LABELS = ["yes", "no"];
const POOLING_TYPE = { mean: 1, rank: 4 } as const;

function kindMetadata(kind: Kind): Record<string, MetadataValue> {
  if (kind === "embedding") return { "qwen3.pooling_type": uint32(POOLING_TYPE.mean) };
  if (kind === "chat") return {};
  return {
    "qwen3.pooling_type": uint32(POOLING_TYPE.rank),
    "qwen3.classifier.output_labels": texts(RERANK_LABELS),
    "tokenizer.chat_template.rerank": text(
      "<|im_start|>user\n<Query>: {query}\n<Document>: {document}<|im_end|>\n<|im_start|>assistant\n",
    ),
  };
}
