/** Ends processes that a Chaski left behind that was killed. Whatever else has their pid now lives on. */
import { type Marked, type Proof, proofOf } from "./own_process.ts";

/**
 * `gone`: it had ended. `unknown`: the system does not tell whose the process is, so it was left
 * alone. `stays`: it is ours and did not end.
 */
export type Fate = "ended" | "gone" | "unknown" | "stays";

/** What is sent, and the milliseconds that it may take. */
const STEPS: readonly (readonly [Deno.Signal, number])[] = [["SIGTERM", 5_000], ["SIGKILL", 5_000]];

/** Milliseconds between two looks. */
const LOOK_EVERY = 50;

/** Ends a process if it is provably one of ours. */
export async function endRemains(
  process: Marked,
  prove: (process: Marked) => Promise<Proof> = proofOf,
): Promise<Fate> {
  if (!mayBeEnded(process.pid)) return "gone";
  const proof = await prove(process);
  if (proof !== "ours") return proof === "unknown" ? "unknown" : "gone";
  for (const [signal, patience] of STEPS) {
    send(process.pid, signal);
    for (const start = performance.now(); performance.now() - start < patience;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      // The pid may be another program's by the time of the next signal.
      if (await prove(process) !== "ours") return "ended";
    }
  }
  return "stays";
}

/** Pids of 0 and below mean groups of processes, or all there are; 1 is the system's first. */
function mayBeEnded(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 1 && pid < 2 ** 31 && pid !== Deno.pid;
}

function send(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has just ended, or the next look tells that it stays.
  }
}
