/** Headers as far as the size of a cache follows from them. */

import type { CacheShape, GgufHeader } from "../../src/models/gguf_header.ts";
import { cacheBytes, type CacheUse } from "../../src/models/kv_cache.ts";
import { gguf, readPieces, text, u32Value, type Value } from "./gguf_writer.ts";

/** A header that says nothing but this. */
export function shaped(
  cache: Partial<CacheShape>,
  architecture = "llama",
): Pick<GgufHeader, "architecture" | "cache"> {
  const silent = readPieces(gguf({ "general.architecture": text(architecture) }));
  return { architecture, cache: { ...silent.cache, ...cache } };
}

/** The bytes of one slot in f16, where nothing is read ahead, unless told otherwise. */
export function bytesOf(
  header: Partial<CacheShape> | Pick<GgufHeader, "architecture" | "cache">,
  context: number,
  use: Partial<CacheUse> = {},
): number | null {
  const told = "cache" in header ? header : shaped(header);
  return cacheBytes(told, { context, slots: 1, type: "f16", batch: 0, ...use });
}

/** The header of a file with these entries of the architecture `test`. */
export function headerOf(entries: Record<string, number | Value>): GgufHeader {
  const named = Object.entries(entries).map(([key, value]): [string, Value] => [
    `test.${key}`,
    typeof value === "number" ? u32Value(value) : value,
  ]);
  return readPieces(gguf([["general.architecture", text("test")], ...named]));
}
