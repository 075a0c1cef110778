/**
 * What each layer of a model keeps of a conversation, by the header. Pure. The rules are those of
 * llama.cpp; where a header is silent, they take more rather than less.
 */

import type { CacheShape, GgufHeader, PerLayer } from "./gguf_header.ts";

/** A layer that attends to earlier tokens. */
export interface CacheLayer {
  /** Numbers that it keeps of one token: keys and values. */
  elements: number;
  /** Tokens that it looks back at; null is all of them. */
  window: number | null;
}

/** What a conversation needs. */
export interface CacheLayers {
  attending: readonly CacheLayer[];
  /** Bytes that do not grow with its length. */
  state: number;
}

/** llama.cpp loads no model with more layers. */
const MOST_LAYERS = 512;

/** One of so many layers looks at everything, where the header does not say which. */
const PERIODS: ReadonlyMap<string, number> = new Map([["gemma2", 2], ["gemma3", 6], [
  "gpt-oss",
  2,
]]);
const OTHER_PERIOD = 4;

/** Encoders see a text at once and keep nothing. */
const KEEPS_NOTHING = /bert|^gemma-embedding$|^t5encoder$/;

/** The layers that keep something; null where the header tells too little. */
export function cacheLayers(
  { architecture, cache }: Pick<GgufHeader, "architecture" | "cache">,
): CacheLayers | null {
  if (KEEPS_NOTHING.test(architecture)) return { attending: [], state: 0 };
  const { blocks } = cache;
  const lengths = lengthsOf(cache);
  if (blocks === null || blocks > MOST_LAYERS || lengths === null) return null;
  const all = Array.from({ length: blocks }, (_, layer) => layer);
  const own = all.slice(0, Math.max(0, blocks - (cache.sharedKvLayers ?? 0)));
  const attending = own.filter((layer) => attends(layer, cache));
  const windowed = windowsOf(architecture, cache);
  return {
    attending: attending.map((layer) => {
      const window = windowed(layer) ? cache.slidingWindow : null;
      const length = window === null ? lengths.full : lengths.swa;
      return { elements: kvHeads(layer, cache) * length, window };
    }),
    // Layers that attend may keep a state as well; where every layer attends, all of them do.
    state: stateBytes(cache) * (blocks - attending.length || blocks),
  };
}

/** Elements of one head and token: of MLA the compressed keys alone, else keys and values. */
function lengthsOf(cache: CacheShape): { full: number; swa: number } | null {
  const { kvLoraRank, keyLength, valueLength, keyLengthSwa, valueLengthSwa } = cache;
  if (kvLoraRank !== null) {
    const length = keyLength ?? kvLoraRank + (cache.keyLengthMla ?? 64);
    return { full: length, swa: length };
  }
  const shared = headLength(cache);
  const key = keyLength ?? shared;
  const value = valueLength ?? shared;
  if (key === null || value === null) return null;
  return { full: key + value, swa: (keyLengthSwa ?? key) + (valueLengthSwa ?? value) };
}

/** The width, shared by the heads. */
function headLength({ embedding, heads, kvHeads }: CacheShape): number | null {
  const count = most(heads) ?? most(kvHeads);
  return embedding === null || count === null ? null : Math.floor(embedding / Math.max(1, count));
}

function kvHeads(layer: number, { kvLoraRank, heads, kvHeads }: CacheShape): number {
  // MLA keeps its keys once for all heads.
  const other = kvLoraRank === null ? heads : null;
  return at(kvHeads, layer) ?? at(other, layer) ?? 1;
}

/** A layer without KV heads keeps a state; so do all but each `fullAttentionInterval`th. */
function attends(layer: number, cache: CacheShape): boolean {
  if (kvHeads(layer, cache) === 0) return false;
  if (!isHybrid(cache) || Array.isArray(cache.kvHeads)) return true;
  return !cache.fullAttentionInterval || layer % cache.fullAttentionInterval === 0;
}

/** State spaces with some layers that attend. */
function isHybrid({ kvLoraRank, ssmInnerSize, fullAttentionInterval }: CacheShape): boolean {
  return kvLoraRank === null && ssmInnerSize !== null && fullAttentionInterval !== null;
}

/** Tells which layers have a window. */
function windowsOf(architecture: string, cache: CacheShape): (layer: number) => boolean {
  const { slidingWindow, slidingWindowPattern, keyLength, valueLength, blocks } = cache;
  const lengths = keyLength !== null && valueLength !== null;
  const known = slidingWindowPattern !== null || PERIODS.has(architecture);
  const none = !slidingWindow || cache.kvLoraRank !== null || isHybrid(cache);
  if (none || !(lengths || known)) return () => false;
  if (Array.isArray(slidingWindowPattern)) return (layer) => slidingWindowPattern[layer] === 1;
  const told = at(slidingWindowPattern, 0) ?? PERIODS.get(architecture);
  const period = told ?? Math.min(OTHER_PERIOD, blocks ?? 1);
  return (layer) => period === 0 || (layer + 1) % period !== 0;
}

/** Bytes of one recurrent layer: its convolution and its state, in 32 bits. */
function stateBytes(
  { ssmConvKernel, ssmInnerSize, ssmStateSize, ssmGroupCount }: CacheShape,
): number {
  if (ssmInnerSize === null || ssmStateSize === null) return 0;
  const channels = ssmInnerSize + 2 * (ssmGroupCount ?? 0) * ssmStateSize;
  return 4 * (Math.max(0, (ssmConvKernel ?? 0) - 1) * channels + ssmStateSize * ssmInnerSize);
}

function at(value: PerLayer | null, layer: number): number | null {
  return typeof value === "number" || value === null ? value : value[layer] ?? null;
}

function most(value: PerLayer | null): number | null {
  return typeof value === "number" || value === null
    ? value
    : Math.max(...value.slice(0, MOST_LAYERS));
}
