/** What a llama-server writes, in a file of bounded size. */
import { join } from "node:path";

/** Bytes of one file; each model has two. */
const LARGEST = 4 * 1024 * 1024;

/** Stands in place of what does not fit. */
const END = `The rest was left out: this file may hold ${LARGEST} bytes.\n`;

/** Files in the folder; the ones that were not written to for the longest time go. */
const MOST_FILES = 64;

export interface LogFile {
  readonly path: string;
  /** Never throws; what does not fit is left out. */
  write(line: string): void;
  close(): void;
}

/**
 * Begins a model's file. The one before becomes `.1.log`.
 *
 * @param folder made where it is not there; only its owner may look into it
 * @param onError told once, when it cannot be written to any more
 * @throws what the system says when it cannot be opened
 */
export function openLogFile(
  folder: string,
  id: string,
  onError: (cause: unknown) => void,
): LogFile {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${fileName(id)}.log`);
  putAside(path, join(folder, `${fileName(id)}.1.log`));
  removeOldest(folder, MOST_FILES - 1);
  const file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  return logInto(file, path, onError);
}

/** @param file a new one, at its path */
export function logInto(
  file: Deno.FsFile,
  path: string,
  onError: (cause: unknown) => void,
): LogFile {
  let left = LARGEST - END.length;
  let isOpen = true;

  function put(text: string): void {
    try {
      for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
        rest = rest.subarray(file.writeSync(rest));
      }
    } catch (cause) {
      close();
      onError(cause);
    }
  }

  function close(): void {
    if (isOpen) file.close();
    isOpen = false;
  }

  return {
    path,
    write(line) {
      if (!isOpen) return;
      left -= new TextEncoder().encode(line).length + 1;
      if (left >= 0) return put(`${line}\n`);
      put(END);
      close();
    },
    close,
  };
}

/** Part of a path on every system. Ids that only differ in other characters share a file. */
export function fileName(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "").slice(0, 100) || "model";
}

function putAside(path: string, aside: string): void {
  try {
    Deno.renameSync(path, aside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeOldest(folder: string, most: number): void {
  const files = [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) => isFile && name.endsWith(".log"))
    .map(({ name }) => join(folder, name))
    .map((path) => ({ path, time: Deno.statSync(path).mtime?.getTime() ?? 0 }))
    .toSorted((a, b) => b.time - a.time);
  for (const { path } of files.slice(most)) Deno.removeSync(path);
}
