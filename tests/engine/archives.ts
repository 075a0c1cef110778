/** Archives of one test, right ones and wrong ones, byte by byte. */

import { deflateRawSync, gzipSync } from "node:zlib";

/** One thing in an archive. */
export interface Content {
  name: string;
  data?: Uint8Array | string;
  mode?: number;
  /** A symbolic link that leads there. */
  target?: string;
  /** The letter of a tar header's kind, where it is to be another. */
  type?: string;
  /** What the header says instead of the real size. */
  size?: number;
}

/** The bytes of a text, or those given. */
export function bytesOf(data: Uint8Array | string = ""): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

/** The pieces in one. */
export function joined(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A tar archive that is not compressed. */
export function tar(contents: readonly Content[]): Uint8Array<ArrayBuffer> {
  return joined(...contents.flatMap(tarEntry), new Uint8Array(1024));
}

/** A `.tar.gz`. */
export function tarGz(contents: readonly Content[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(tar(contents)));
}

function tarEntry({ name, data, mode = 0o644, target, type, size }: Content): Uint8Array[] {
  const body = bytesOf(data);
  const header = new Uint8Array(512);
  const put = (at: number, text: string) => header.set(bytesOf(text), at);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length, "0")}\0`;
  const kind = type ?? (target !== undefined ? "2" : name.endsWith("/") ? "5" : "0");
  put(0, name);
  put(100, octal(mode, 7));
  put(124, octal(size ?? body.length, 11));
  put(148, " ".repeat(8));
  put(156, kind);
  put(157, target ?? "");
  put(257, "ustar\x0000");
  put(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 6)} `);
  return [header, body, new Uint8Array((512 - body.length % 512) % 512)];
}

/** A pax header for the entry behind it. */
export function pax(records: Record<string, string>): Content {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = bytesOf(rest).length;
    while (`${length}`.length + bytesOf(rest).length !== length) {
      length = `${length}`.length + bytesOf(rest).length;
    }
    return `${length}${rest}`;
  });
  return { name: "pax", data: lines.join(""), type: "x" };
}

/** A ZIP archive as Unix programs make them. */
export function zip(contents: readonly Content[], method: 0 | 8 = 8): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, mode = 0o644, target, size } of contents) {
    const body = bytesOf(target ?? data);
    const packed = method === 8 ? new Uint8Array(deflateRawSync(body)) : body;
    const common = [method, 0, 0, 0, 0];
    const sizes = [packed.length, size ?? body.length];
    const local = joined(
      fields([4, 0x04034b50], [2, 20], [2, 0], ...common.slice(0, 3).map(short)),
      fields([4, 0], ...sizes.map(long), [2, bytesOf(name).length], [2, 0]),
      bytesOf(name),
      packed,
    );
    const unix = (target === undefined ? 0o100000 : 0o120000) | mode;
    directory.push(joined(
      fields([4, 0x02014b50], [1, 20], [1, 3], [2, 20], [2, 0], ...common.slice(0, 3).map(short)),
      fields([4, 0], ...sizes.map(long), [2, bytesOf(name).length], [2, 0], [2, 0]),
      fields([2, 0], [2, 0], [2, 0], [2, unix], [4, at]),
      bytesOf(name),
    ));
    locals.push(local);
    at += local.length;
  }
  const whole = joined(...directory);
  const end = fields(
    ...[[4, 0x06054b50], [2, 0], [2, 0]] as Field[],
    ...[[2, contents.length], [2, contents.length]] as Field[],
    ...[[4, whole.length], [4, at], [2, 0]] as Field[],
  );
  return joined(...locals, whole, end);
}

type Field = [length: 1 | 2 | 4, value: number];

function short(value: number): Field {
  return [2, value];
}

function long(value: number): Field {
  return [4, value];
}

/** Little-endian numbers one behind the other. */
function fields(...all: Field[]): Uint8Array {
  return joined(...all.map(([length, value]) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return bytes.subarray(0, length);
  }));
}
