/** Unpacks an archive from outside into a folder, and nowhere else. */

import { dirname, join } from "node:path";
import { type ArchiveEntry, ArchiveError, damaged } from "./archive.ts";
import { writeAll } from "./download.ts";
import { isNeighbour, placeInside } from "./entry_path.ts";
import { readTar } from "./tar.ts";
import { readZip } from "./zip.ts";

/** How much an archive may hold. Builds for ROCm have some thousand files. */
export interface UnpackBounds {
  entries: number;
  /** Bytes of all files together. */
  bytes: number;
}

/** The bounds of llama.cpp's archives. */
export const BOUNDS: UnpackBounds = { entries: 20_000, bytes: 6 * 1024 ** 3 };

/**
 * Unpacks a `.zip`, else a `.tar.gz`.
 *
 * @param folder an existing folder that nobody else can write into
 * @returns the files as seen from that folder, links not among them
 * @throws {ArchiveError} what was unpacked until then stays
 */
export async function unpack(
  archive: string,
  folder: string,
  bounds: UnpackBounds = BOUNDS,
): Promise<string[]> {
  using file = await Deno.open(archive);
  try {
    return await unpackEntries(
      archive.endsWith(".zip") ? readZip(file) : readTar(gunzip(file)),
      folder,
      bounds,
    );
  } catch (error) {
    throw isDoubled(error)
      ? new ArchiveError("it has one name twice")
      // So the decompression tells of bytes that are none of its format.
      : error instanceof TypeError
      ? damaged()
      : error;
  }
}

function isDoubled(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory;
}

function gunzip(file: Deno.FsFile): ReadableStream<Uint8Array> {
  return ReadableStream.from(piecesOf(file)).pipeThrough(new DecompressionStream("gzip"));
}

async function* piecesOf(file: Deno.FsFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const piece = new Uint8Array(256 * 1024);
    const length = await file.read(piece);
    if (length === null) return;
    yield piece.subarray(0, length);
  }
}

async function unpackEntries(
  entries: AsyncIterable<ArchiveEntry>,
  folder: string,
  bounds: UnpackBounds,
): Promise<string[]> {
  const files: string[] = [];
  const links: { path: string; target: string }[] = [];
  const left = { ...bounds };
  for await (const entry of entries) {
    const place = placeInside(entry.name);
    if (place === null) throw new ArchiveError("it has a name that leads out of its folder");
    if (--left.entries < 0 || (left.bytes -= entry.size) < 0) {
      throw new ArchiveError("it holds more than any llama-server needs");
    }
    const path = join(folder, place);
    if (entry.kind === "folder") await Deno.mkdir(path, { recursive: true });
    else await Deno.mkdir(dirname(path), { recursive: true });
    if (entry.kind === "link") links.push({ path, target: checkedTarget(entry) });
    if (entry.kind === "file") {
      await writeEntry(entry, path);
      files.push(place);
    }
  }
  // Last, so that nothing is ever written through one.
  for (const { path, target } of links) await Deno.symlink(target, path);
  return files;
}

function checkedTarget({ target }: ArchiveEntry): string {
  if (isNeighbour(target)) return target;
  throw new ArchiveError("it has a link that leads out of its folder");
}

/** Never over something that is there. */
async function writeEntry({ body, size, executable }: ArchiveEntry, path: string): Promise<void> {
  const mode = executable ? 0o755 : 0o644;
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > size) throw damaged();
    await writeAll(file, piece);
  }
  if (length < size) throw damaged();
}
