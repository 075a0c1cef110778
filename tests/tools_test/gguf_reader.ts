/** A tensor as a GGUF file's table tells of it. */
export interface TensorInfo {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  /** Where its data starts, counted from the end of the aligned header. */
  readonly offset: number;
}

/** The header of a GGUF file. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, unknown>;
  readonly tensors: readonly TensorInfo[];
  /** Where the tensors' data starts. */
  readonly dataStart: number;
}

const ALIGNMENT = 32;

/** Reads the header of a GGUF file, so far as the tiny model uses the format. */
export function readGgufHeader(file: Uint8Array<ArrayBuffer>): GgufHeader {
  const reader = readerOf(file);
  if (reader.bytes(4) !== "GGUF") throw new SyntaxError("Cannot read GGUF: wrong magic");
  const version = reader.int();
  const tensorCount = reader.long();
  const entryCount = reader.long();
  const metadata = new Map<string, unknown>();
  for (let i = 0; i < entryCount; i++) {
    const key = reader.text();
    metadata.set(key, valueOf(reader, reader.int()));
  }
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = reader.text();
    const sizes = Array.from({ length: reader.int() }, reader.long);
    return { name, sizes, type: reader.int(), offset: reader.long() };
  });
  const dataStart = Math.ceil(reader.position() / ALIGNMENT) * ALIGNMENT;
  return { version, metadata, tensors, dataStart };
}

type Reader = ReturnType<typeof readerOf>;

function valueOf(reader: Reader, type: number): unknown {
  if (type === 4) return reader.int();
  if (type === 5) return reader.int() | 0;
  if (type === 6) return reader.float();
  if (type === 7) return reader.byte() === 1;
  if (type === 8) return reader.text();
  if (type !== 9) throw new SyntaxError(`Cannot read GGUF: value type ${type}`);
  const element = reader.int();
  return Array.from({ length: reader.long() }, () => valueOf(reader, element));
}

function readerOf(file: Uint8Array<ArrayBuffer>) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let position = 0;
  const take = (length: number) => (position += length) - length;
  const bytes = (length: number) => {
    const start = take(length);
    return new TextDecoder().decode(file.subarray(start, start + length));
  };
  const long = () => Number(view.getBigUint64(take(8), true));
  return {
    bytes,
    long,
    byte: () => view.getUint8(take(1)),
    int: () => view.getUint32(take(4), true),
    float: () => view.getFloat32(take(4), true),
    text: () => bytes(long()),
    position: () => position,
  };
}
