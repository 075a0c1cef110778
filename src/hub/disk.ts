/** Room on the disk, and what it means when it cannot be written to. */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { sizeText } from "../models/size_text.ts";
import { HubError } from "./hub_error.ts";

/** Bytes that may be written below a folder that need not be there; null where nobody knows. */
export type FreeSpace = (folder: string) => Promise<number | null>;

/** By the file system of the folder, or of the nearest one above it that is there. */
export async function freeSpace(folder: string): Promise<number | null> {
  for (let path = folder;; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isMissing || dirname(path) === path) return null;
    }
  }
}

/** A file to be had, with the bytes of it that are there. */
export interface Wanted {
  size: number;
  there: number;
}

/** Bytes that are still to be written. */
export function missingBytes(files: readonly Wanted[]): number {
  return files.reduce((sum, { size, there }) => sum + Math.max(0, size - there), 0);
}

/** Throws a HubError with both numbers where the rest does not fit. */
export async function checkSpace(
  folder: string,
  files: readonly Wanted[],
  free: FreeSpace,
): Promise<void> {
  const missing = missingBytes(files);
  const room = missing === 0 ? null : await free(folder);
  if (room === null || room >= missing) return;
  throw new HubError(
    `it needs ${sizeText(missing)} more, and the disk has ${sizeText(room)}; ` +
      "make room, or name another folder by HF_HUB_CACHE",
  );
}

/** The reason, without the path. */
export function cannotWrite(error: unknown): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof Deno.errors.PermissionDenied) {
    return new HubError("the cache of Hugging Face may not be written to; check HF_HUB_CACHE");
  }
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOSPC" || code === "EDQUOT") return new HubError("the disk is full");
  return new HubError("the cache of Hugging Face cannot be written to; check HF_HUB_CACHE");
}
