/** Writes GGUF headers, also such as no program would write. */

import { GgufError } from "../../src/models/gguf_bytes.ts";
import { type GgufHeader, isWanted, toHeader } from "../../src/models/gguf_header.ts";
import { walkGguf } from "../../src/models/gguf_walk.ts";
import { bytesOf, int, joined, long, string } from "../tools/tiny_model/gguf_bytes.ts";

/** A value as bytes, its type before it. */
export type Value = Uint8Array;

type Sized = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "bool" | "u64" | "i64" | "f64";

const TYPES: Readonly<Record<Sized, number>> = {
  ...{ u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, u64: 10, i64: 11, f64: 12 },
};
const TEXT = 8;
const ARRAY = 9;

const WRITERS: Readonly<Record<Sized, (value: number) => ArrayBufferView>> = {
  u8: (value) => Uint8Array.of(value),
  i8: (value) => Int8Array.of(value),
  u16: (value) => Uint16Array.of(value),
  i16: (value) => Int16Array.of(value),
  u32: (value) => Uint32Array.of(value),
  i32: (value) => Int32Array.of(value),
  f32: (value) => Float32Array.of(value),
  bool: (value) => Uint8Array.of(value),
  u64: (value) => BigUint64Array.of(BigInt(value)),
  i64: (value) => BigInt64Array.of(BigInt(value)),
  f64: (value) => Float64Array.of(value),
};

/** The names of the types that have a size. */
export const SIZED = Object.keys(TYPES) as Sized[];

/** A number of this type. */
export function scalar(type: Sized, value: number): Value {
  return joined(int(TYPES[type]), bytesOf(WRITERS[type](value)));
}

export function u32Value(value: number): Value {
  return scalar("u32", value);
}

export function text(value: string): Value {
  return joined(int(TEXT), string(value));
}

/** A list of numbers; `count` is what it says to hold. */
export function list(type: Sized, values: readonly number[], count = values.length): Value {
  const elements = values.map((value) => bytesOf(WRITERS[type](value)));
  return joined(int(ARRAY), int(TYPES[type]), long(count), ...elements);
}

export function texts(values: readonly string[], count = values.length): Value {
  return joined(int(ARRAY), int(TEXT), long(count), ...values.map(string));
}

/** A list whose elements are `values`, which are lists. */
export function listOfLists(values: readonly Value[]): Value {
  return joined(
    ...[int(ARRAY), int(ARRAY), long(values.length)],
    ...values.map((each) => each.subarray(4)),
  );
}

/** What a header says of itself, where it is not true. */
export interface Claims {
  magic?: string;
  version?: number;
  tensors?: number;
  count?: number;
}

/** The header of a model with these entries, and the start of what stands behind it. */
export function gguf(
  entries: Readonly<Record<string, Value>> | readonly (readonly [string, Value])[],
  { magic = "GGUF", version = 3, tensors = 1, count }: Claims = {},
): Uint8Array<ArrayBuffer> {
  const pairs = Array.isArray(entries) ? entries : Object.entries(entries);
  return joined(
    new TextEncoder().encode(magic),
    int(version),
    long(tensors),
    long(count ?? pairs.length),
    ...pairs.flatMap(([key, value]) => [string(key), value]),
  );
}

/** Reads a header that comes in pieces of these sizes, over and over. */
export function readPieces(
  bytes: Uint8Array,
  sizes: readonly number[] = [bytes.length],
): GgufHeader {
  const walk = walkGguf(isWanted);
  let at = 0;
  let step = walk.next();
  for (let i = 0; !step.done; i++) {
    at = Math.min(at + step.value, bytes.length);
    const end = at + Math.max(1, sizes[i % sizes.length] ?? 1);
    step = walk.next(bytes.slice(at, end));
    at = Math.min(end, bytes.length);
  }
  return toHeader(step.value);
}

/** What it says, or the reason why it cannot be read; anything else is thrown. */
export function readOrReason(bytes: Uint8Array, sizes?: readonly number[]): GgufHeader | string {
  try {
    return readPieces(bytes, sizes);
  } catch (error) {
    if (error instanceof GgufError) return error.message;
    throw error;
  }
}
