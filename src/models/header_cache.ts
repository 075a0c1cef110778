/** Headers that were read already, for as long as their files stay as they are. */
import type { GgufHeader } from "./gguf_header.ts";
import { readGguf } from "./read_gguf.ts";

/** Reads the header of a file; throws a GgufError where it cannot be read. */
export type ReadHeader = (path: string) => Promise<GgufHeader>;

interface Known {
  stamp: string;
  header: Promise<GgufHeader>;
}

/** Forgets what was not asked for between two calls of `forget`. */
export interface HeaderCache {
  read: ReadHeader;
  forget(): void;
}

export function headerCache(read: ReadHeader = readGguf): HeaderCache {
  let before = new Map<string, Known>();
  let now = new Map<string, Known>();
  return {
    async read(path) {
      const info = await Deno.stat(path).catch(() => null);
      const stamp = `${info?.ino}:${info?.size}:${info?.mtime?.getTime()}`;
      const known = now.get(path) ?? before.get(path);
      const found = known?.stamp === stamp ? known : { stamp, header: read(path) };
      now.set(path, found);
      try {
        return await found.header;
      } catch (error) {
        // Rights that are given later do not change the file.
        now.delete(path);
        throw error;
      }
    },
    forget() {
      before = now;
      now = new Map();
    },
  };
}
