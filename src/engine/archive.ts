/** What archives hold, whatever their format. */

/** An archive that cannot be unpacked; the message is the reason, to follow "NAME cannot be …: ". */
export class ArchiveError extends Error {}

/** One thing in an archive, with the name as it stands there. */
export interface ArchiveEntry {
  name: string;
  kind: "file" | "folder" | "link";
  /** Where a link leads, else empty. */
  target: string;
  executable: boolean;
  /** Bytes of the body. */
  size: number;
  /** A file's content, to be read to its end before the next entry is asked for. */
  body: AsyncIterable<Uint8Array>;
}

/** The sentence's end for a format that says something else than it should. */
export function damaged(): ArchiveError {
  return new ArchiveError("it is damaged or cut off");
}
