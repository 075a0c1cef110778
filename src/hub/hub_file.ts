/** The model files of a repository as a hub lists them. Pure. */

import { isModelFile } from "../models/files.ts";
import { isRecord } from "../protocol/record.ts";
import { HubError } from "./hub_error.ts";

/** A file that can be had. */
export interface HubFile {
  /** In the repository, with `/`; safe to be joined to a folder. */
  path: string;
  /** Bytes. */
  size: number;
  digest: Digest;
}

/** What the bytes of a file must give; `git`: SHA-1 of git's own form of a file. */
export interface Digest {
  algorithm: "sha256" | "git";
  hex: string;
}

/** As deep as models are looked for. */
const DEEPEST = 8;

/** The GGUF files in an answer of the tree endpoint. Throws a HubError where it cannot be one. */
export function modelFilesIn(entries: unknown): HubFile[] {
  if (!Array.isArray(entries)) throw new HubError("the hub's list of files is none");
  return entries.flatMap((entry: unknown) => {
    if (!isRecord(entry) || typeof entry["path"] !== "string") {
      throw new HubError("the hub's list of files is none");
    }
    const { type, path } = entry;
    if (type !== "file" || !isModelFile(path.split("/").at(-1) ?? "")) return [];
    if (!isSafe(path)) throw new HubError("the hub names a file that would lie elsewhere");
    return [fileOf(path, entry)];
  });
}

/** Whether the path stays in the folder that it is joined to, on every system. */
function isSafe(path: string): boolean {
  const parts = path.split("/");
  const bytes = (part: string) => new TextEncoder().encode(part).length;
  return parts.length <= DEEPEST + 1 && !/[\\:\p{Cc}\p{Cf}\p{Cs}]/u.test(path) &&
    // Windows takes dots and blanks off the end.
    parts.every((part) => part !== "" && !/[. ]$/.test(part) && bytes(part) <= 255);
}

function fileOf(path: string, { size, oid, lfs }: Record<string, unknown>): HubFile {
  const stored = isRecord(lfs) ? lfs : null;
  const bytes = stored?.["size"] ?? size;
  const hex = stored?.["oid"] ?? oid;
  const algorithm = stored ? "sha256" : "git";
  const length = stored ? 64 : 40;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new HubError(`the hub says no size of ${path}`);
  }
  if (typeof hex !== "string" || hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
    throw new HubError(`the hub says no checksum of ${path}`);
  }
  return { path, size: bytes, digest: { algorithm, hex } };
}
