/** The directory at the end of a ZIP archive (PKWARE's APPNOTE, 4.3). Pure. */

import { ArchiveError, damaged } from "./archive.ts";

/** What the directory says of one entry. */
export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated. */
  method: number;
  /** Bytes in the archive. */
  packed: number;
  size: number;
  /** Where its own header begins. */
  at: number;
  /** Unix type and permissions; 0 where it was not made on a Unix. */
  mode: number;
}

/** Where the directory is. */
export interface ZipEnd {
  count: number;
  at: number;
  length: number;
}

/** Bytes at the end of the file in which its last record must be: it may have a comment. */
export const END_WINDOW = 22 + 65_535;

const UNIX = 3;
const ENCRYPTED = 1;

/** Finds the last record in the end of the file. */
export function parseZipEnd(bytes: Uint8Array): ZipEnd {
  const view = viewOf(bytes);
  for (let at = bytes.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const [count, length, start] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    if (count === 0xffff || start === 0xffffffff) throw new ArchiveError("it is too large");
    return { count, at: start, length };
  }
  throw damaged();
}

/** The entries of the directory. */
export function parseZipDirectory(bytes: Uint8Array, count: number): ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw damaged();
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    if (next > bytes.length) throw damaged();
    if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) throw new ArchiveError("it is encrypted");
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + (name ?? 0))),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
      mode: view.getUint8(at + 5) === UNIX ? view.getUint16(at + 40, true) : 0,
    });
    at = next;
  }
  return entries;
}

/** Bytes of an entry's own header (30 are given), behind which its content stands. */
export function zipHeaderLength(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== 0x04034b50) throw damaged();
  return 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
