/** Reads a ZIP archive from a file. */

import { type ArchiveEntry, ArchiveError, damaged } from "./archive.ts";
import {
  END_WINDOW,
  parseZipDirectory,
  parseZipEnd,
  type ZipEntry,
  zipHeaderLength,
} from "./zip_directory.ts";

/** Bytes of the directory. */
const LARGEST = 16 * 1024 * 1024;
const LONGEST_TARGET = 4096;
const PIECE = 256 * 1024;

/** Bits of a Unix mode that tell the type, and those of a symbolic link. */
const TYPE = 0o170000;
const LINK = 0o120000;

/** The entries in the order of its directory. Throws an ArchiveError. */
export async function* readZip(file: Deno.FsFile): AsyncGenerator<ArchiveEntry> {
  const { size } = await file.stat();
  const window = Math.min(size, END_WINDOW);
  const { at, length, count } = parseZipEnd(await read(file, size - window, window));
  if (length > LARGEST || at + length > size) throw damaged();
  for (const entry of parseZipDirectory(await read(file, at, length), count)) {
    yield await toEntry(entry, file);
  }
}

async function toEntry(entry: ZipEntry, file: Deno.FsFile): Promise<ArchiveEntry> {
  const { name, size, mode } = entry;
  const isLink = (mode & TYPE) === LINK;
  if (isLink && size > LONGEST_TARGET) throw new ArchiveError("it has a name that is too long");
  const body = contentOf(entry, file);
  return {
    name,
    kind: isLink ? "link" : name.endsWith("/") ? "folder" : "file",
    target: isLink ? await textOf(body, size) : "",
    executable: (mode & 0o111) !== 0,
    size: isLink ? 0 : size,
    body,
  };
}

/** Lazy, since a stream would read ahead, and the file has one place at which it is read. */
async function* contentOf(
  { at, packed, method }: ZipEntry,
  file: Deno.FsFile,
): AsyncGenerator<Uint8Array> {
  const start = at + zipHeaderLength(await read(file, at, 30));
  const bytes = section(file, start, packed);
  if (method === 0) yield* bytes;
  else if (method !== 8) throw new ArchiveError("it is packed in a way that is not known here");
  else yield* ReadableStream.from(bytes).pipeThrough(new DecompressionStream("deflate-raw"));
}

async function textOf(body: AsyncIterable<Uint8Array>, size: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > size) throw damaged();
  }
  return text;
}

async function* section(
  file: Deno.FsFile,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let done = 0; done < length; done += PIECE) {
    yield await read(file, start + done, Math.min(PIECE, length - done));
  }
}

async function read(
  file: Deno.FsFile,
  at: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) throw damaged();
    done += count;
  }
  return bytes;
}
