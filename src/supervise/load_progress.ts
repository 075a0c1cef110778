/**
 * How far a llama-server has come with loading its model: what it has in memory, held against the
 * size of the files. Linux alone tells that by a file that is read in microseconds.
 */
import type { LoadProgress } from "../protocol/load_progress.ts";

/**
 * The progress of a process; null where the system does not tell, or the process is gone.
 *
 * @param total bytes of the model's files
 */
export function loadProgress(
  pid: number,
  total: number,
  os: typeof Deno.build.os = Deno.build.os,
): LoadProgress | null {
  const loaded = os === "linux" ? residentBytes(statusOf(pid)) : null;
  return loaded === null ? null : { loaded, total, fraction: fractionOf(loaded, total) };
}

/** `VmRSS` of a `/proc/PID/status`, in bytes; null for a process that has no memory any more. */
export function residentBytes(status: string): number | null {
  const kib = /^VmRSS:[ \t]*(\d{1,12}) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function fractionOf(loaded: number, total: number): number {
  return total > 0 ? Math.min(1, loaded / total) : 0;
}

function statusOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  } catch {
    return "";
  }
}
