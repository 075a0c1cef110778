/** Reads a tar archive: POSIX ustar and pax, and GNU's long names. */

import { type ArchiveEntry, ArchiveError } from "./archive.ts";
import { type ByteSource, byteSource } from "./byte_source.ts";
import { parsePax, parseTarHeader, type TarHeader } from "./tar_header.ts";

const BLOCK = 512;

/** Bytes of a name, or of a pax header. */
const LONGEST = 64 * 1024;

/** What stands before an entry and is said of it. */
interface Told {
  name?: string;
  target?: string;
  size?: number;
}

/** The entries of an archive that is not compressed. Throws an ArchiveError. */
export async function* readTar(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<ArchiveEntry> {
  const reader = stream.getReader();
  try {
    const source = byteSource(reader);
    let told: Told = {};
    for (;;) {
      const header = parseTarHeader(await source.take(BLOCK));
      if (header === null) return;
      const before = await readTold(header, source);
      if (before !== null) {
        told = { ...told, ...before };
        continue;
      }
      const entry = toEntry({ ...header, ...told }, source);
      told = {};
      yield entry;
      await source.take(padding(entry.size));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function padding(size: number): number {
  return (BLOCK - size % BLOCK) % BLOCK;
}

/** What the header says of the next one; null when it is an entry itself. */
async function readTold({ type, size }: TarHeader, source: ByteSource): Promise<Told | null> {
  if (!"LKxg".includes(type)) return null;
  if (size > LONGEST) throw new ArchiveError("it has a name that is too long");
  const bytes = await source.take(size);
  await source.take(padding(size));
  // What is said of all that follows (owners, comments) does not matter here.
  if (type === "g") return {};
  if (type === "x") {
    const { path, linkpath, size } = parsePax(bytes);
    return {
      ...(path !== undefined && { name: path }),
      ...(linkpath !== undefined && { target: linkpath }),
      ...(size !== undefined && { size: sizeFrom(size) }),
    };
  }
  const text = new TextDecoder().decode(bytes).replace(/\0[^]*$/, "");
  return type === "L" ? { name: text } : { target: text };
}

function sizeFrom(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ArchiveError("it has a size that is none");
}

const KINDS: Readonly<Record<string, ArchiveEntry["kind"]>> = {
  0: "file",
  2: "link",
  5: "folder",
};

function toEntry({ name, type, size, mode, target }: TarHeader, source: ByteSource): ArchiveEntry {
  const kind = KINDS[type];
  if (kind === undefined || kind !== "file" && size > 0) {
    throw new ArchiveError("it has something that is neither file, folder nor symbolic link");
  }
  return {
    name,
    kind,
    target: kind === "link" ? target : "",
    executable: (mode & 0o111) !== 0,
    size,
    body: source.pieces(size),
  };
}
