import { bytesOf, int, joined, long, string } from "./gguf_bytes.ts";
import type { Matrix } from "./matrix.ts";

const ALIGNMENT = 32;
const VALUE_TYPE = { int32: 5, uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPE = { float32: 0, float16: 1 } as const;

/** A named tensor: a matrix is stored as F16, a vector as F32. */
export interface Tensor {
  readonly name: string;
  readonly values: Matrix | Float32Array;
}

/** An encoded metadata value, type tag included. */
export type MetadataValue = Uint8Array;

/** Encodes an unsigned 32-bit metadata value. */
export function uint32(value: number): MetadataValue {
  return joined(int(VALUE_TYPE.uint32), int(value));
}

/** Encodes a 32-bit floating-point metadata value. */
export function float32(value: number): MetadataValue {
  return joined(int(VALUE_TYPE.float32), bytesOf(Float32Array.of(value)));
}

/** Encodes a boolean metadata value. */
export function bool(value: boolean): MetadataValue {
  return joined(int(VALUE_TYPE.bool), Uint8Array.of(Number(value)));
}

/** Encodes a text as a metadata value. */
export function text(value: string): MetadataValue {
  return joined(int(VALUE_TYPE.string), string(value));
}

/** Encodes an array of texts as a metadata value. */
export function texts(values: readonly string[]): MetadataValue {
  const head = [int(VALUE_TYPE.array), int(VALUE_TYPE.string), long(values.length)];
  return joined(...head, ...values.map(string));
}

/** Encodes an array of signed 32-bit numbers as a metadata value. */
export function int32s(values: readonly number[]): MetadataValue {
  const head = [int(VALUE_TYPE.array), int(VALUE_TYPE.int32), long(values.length)];
  return joined(...head, bytesOf(Int32Array.from(values)));
}

/** Writes a GGUF version 3 file: header, metadata, tensor table, then the tensors, all aligned. */
export function ggufFile(
  metadata: Readonly<Record<string, MetadataValue>>,
  tensors: readonly Tensor[],
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(metadata);
  const contents = tensors.map(({ values }) => aligned(contentOf(values)));
  let offset = 0;
  const table = tensors.map((tensor, i) => {
    const entry = tableEntry(tensor, offset);
    offset += contents[i]!.length;
    return entry;
  });
  const top = joined(
    new TextEncoder().encode("GGUF"),
    int(3),
    long(tensors.length),
    long(entries.length),
    ...entries.flatMap(([key, value]) => [string(key), value]),
    ...table,
  );
  return joined(aligned(top), ...contents);
}

function tableEntry({ name, values }: Tensor, offset: number): Uint8Array {
  const sizes = values instanceof Float32Array
    ? [values.length]
    : [values[0]?.length ?? 0, values.length];
  const type = values instanceof Float32Array ? TENSOR_TYPE.float32 : TENSOR_TYPE.float16;
  return joined(string(name), int(sizes.length), ...sizes.map(long), int(type), long(offset));
}

function contentOf(values: Matrix | Float32Array): Uint8Array {
  if (values instanceof Float32Array) return bytesOf(values);
  return joined(...values.map((cells) => bytesOf(Float16Array.from(cells))));
}

function aligned(bytes: Uint8Array): Uint8Array {
  return joined(bytes, new Uint8Array(-bytes.length & (ALIGNMENT - 1)));
}
