/** One block of 512 bytes before each thing in a tar archive (POSIX ustar and GNU). Pure. */

import { ArchiveError, damaged } from "./archive.ts";

/** What a header says. */
export interface TarHeader {
  name: string;
  /** The letter of its kind, see POSIX.1-2001, pax, "ustar Interchange Format". */
  type: string;
  size: number;
  mode: number;
  target: string;
}

/** The header; null for the block of zeros that ends the archive. */
export function parseTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  if (octal(block, 148, 8) !== sumOf(block)) throw damaged();
  // GNU's own form has other things where POSIX has the prefix.
  const prefix = text(block, 257, 8) === "ustar" && block[263] === 0x30
    ? text(block, 345, 155)
    : "";
  const name = text(block, 0, 100);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] || 0x30),
    size: octal(block, 124, 12),
    mode: octal(block, 100, 8),
    target: text(block, 157, 100),
  };
}

/** The sum of all bytes with the sum's own field as spaces. */
function sumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/** Octal digits; what is larger than they can say (8 GiB) is in another form. */
function octal(block: Uint8Array, at: number, length: number): number {
  const digits = text(block, at, length).trim();
  if (/^[0-7]*$/.test(digits)) return parseInt(digits || "0", 8);
  throw new ArchiveError("it has a number that is none, or a file that is too large");
}

/** Up to the first zero. */
function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** The records `LENGTH KEY=VALUE\n` of a pax header that matter here. */
export function parsePax(bytes: Uint8Array): { path?: string; linkpath?: string; size?: string } {
  const found: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(new TextDecoder().decode(bytes.subarray(at, Math.max(space, at))));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) {
      throw damaged();
    }
    const record = new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1));
    const [, key = "", value = ""] = /^(path|linkpath|size)=([^]*)$/.exec(record) ?? [];
    if (key !== "") found[key] = value;
    at += length;
  }
  return found;
}
