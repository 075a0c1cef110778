/** Walks over a GGUF header and keeps the few values that are wanted. Pure. */

import { GgufBytes, GgufError, type Walk } from "./gguf_bytes.ts";

/** A value that was kept; a list holds what a layer each has. */
export type GgufValue = string | number | boolean | readonly (number | boolean)[];

/** What a header holds, without its vocabulary and its table of tensors. */
export interface GgufEntries {
  values: ReadonlyMap<string, GgufValue>;
  /** How many tensors it says to have. */
  tensors: number;
}

const TEXT = 8;
const ARRAY = 9;

type Scalar = (view: DataView) => number | boolean;

/** By the number of a type: its bytes, and how they are read; null for what is no scalar. */
const SCALARS: readonly (readonly [number, Scalar] | null)[] = [
  [1, (view) => view.getUint8(0)],
  [1, (view) => view.getInt8(0)],
  [2, (view) => view.getUint16(0, true)],
  [2, (view) => view.getInt16(0, true)],
  [4, (view) => view.getUint32(0, true)],
  [4, (view) => view.getInt32(0, true)],
  [4, (view) => view.getFloat32(0, true)],
  [1, (view) => view.getUint8(0) !== 0],
  null,
  null,
  [8, (view) => Number(view.getBigUint64(0, true))],
  [8, (view) => Number(view.getBigInt64(0, true))],
  [8, (view) => view.getFloat64(0, true)],
];

/** Models have less than a hundred. */
const MOST_ENTRIES = 10_000;
const MOST_KEPT = 256;
/** One value for each layer. */
const LONGEST_LIST = 4096;
/** As the format says. */
const LONGEST_KEY = 65_535;
/** All kept texts together; a chat template has some 20 KiB. */
const LONGEST_TEXTS = 2 * 1024 * 1024;

/** Reads up to the table of tensors. Throws a GgufError for what llama.cpp would not load. */
export function* walkGguf(isWanted: (key: string) => boolean): Walk<GgufEntries> {
  const bytes = new GgufBytes();
  checkStart(yield* bytes.int(), yield* bytes.int());
  const tensors = yield* bytes.long();
  const count = yield* bytes.long();
  if (count > MOST_ENTRIES) throw new GgufError("it has more than 10,000 entries");
  const values = new Map<string, GgufValue>();
  let room = LONGEST_TEXTS;
  for (let i = 0; i < count; i++) {
    const key = yield* text(bytes, LONGEST_KEY, "a key is longer than 64 KiB");
    const value = yield* valueOf(bytes, isWanted(key), room);
    if (value === null) continue;
    if (values.has(key)) throw new GgufError("one key stands there twice");
    if (values.size === MOST_KEPT) {
      throw new GgufError("more than 256 of its keys describe a model");
    }
    if (typeof value === "string") room -= value.length;
    values.set(key, value);
  }
  return { values, tensors };
}

/** The four letters `GGUF`, and the version. */
function checkStart(magic: number, version: number): void {
  if (magic !== 0x46554747) throw new GgufError("it is no GGUF file");
  if (version === 2 || version === 3) return;
  if (version > 0 && (version & 0xffff) === 0) {
    throw new GgufError("it is written for big-endian machines");
  }
  const age = version < 2 ? "too old" : "too new";
  throw new GgufError(`its version ${version} of GGUF is ${age}, 2 and 3 can be read`);
}

/** The value behind a key, or null when it is passed over. */
function* valueOf(bytes: GgufBytes, wanted: boolean, room: number): Walk<GgufValue | null> {
  const type = yield* bytes.int();
  if (type === TEXT) {
    if (wanted) return yield* text(bytes, room, "its texts are longer than 2 MiB");
    yield* bytes.passOverTexts(1);
    return null;
  }
  if (type === ARRAY) return yield* list(bytes, wanted);
  const [size, read] = scalarOf(type);
  if (wanted) return read(viewOf(yield* bytes.take(size)));
  yield* bytes.passOver(size);
  return null;
}

function* list(bytes: GgufBytes, wanted: boolean): Walk<GgufValue | null> {
  const type = yield* bytes.int();
  const count = yield* bytes.long();
  if (type === ARRAY) throw new GgufError("it has lists of lists");
  if (type === TEXT) {
    yield* bytes.passOverTexts(count);
    return null;
  }
  const [size, read] = scalarOf(type);
  if (!wanted) {
    yield* bytes.passOver(count * size);
    return null;
  }
  if (count > LONGEST_LIST) throw new GgufError("it tells of more than 4096 layers");
  const view = viewOf(yield* bytes.take(count * size));
  return Array.from({ length: count }, (_, i) => read(viewOf(view, i * size)));
}

function* text(bytes: GgufBytes, longest: number, otherwise: string): Walk<string> {
  const length = yield* bytes.long();
  if (length > longest) throw new GgufError(otherwise);
  return new TextDecoder().decode(yield* bytes.take(length));
}

function scalarOf(type: number): readonly [number, Scalar] {
  const scalar = SCALARS[type];
  if (!scalar) throw new GgufError(`it has a value of the unknown type ${type}`);
  return scalar;
}

function viewOf(bytes: ArrayBufferView, offset = 0): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset);
}
