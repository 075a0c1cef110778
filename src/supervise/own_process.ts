/** Whether a process is one that Chaski started: the mark in its environment tells. */
import { RUN_VARIABLE } from "./environment.ts";

/** A process that Chaski started, as far as is known. */
export interface Marked {
  pid: number;
  mark: string;
}

/** `unknown` where the system tells nothing of other processes. */
export type Proof = "ours" | "not ours" | "unknown";

/** Looks at the process that has the pid now; it may be another one than once. */
export async function proofOf(process: Marked): Promise<Proof> {
  const { os } = Deno.build;
  if (os === "windows") return "unknown";
  const user = Deno.uid();
  if (!isMark(process.mark) || user === null) return "not ours";
  try {
    const isOurs = os === "linux" ? await linuxTells(process, user) : await psTells(process, user);
    return isOurs ? "ours" : "not ours";
  } catch {
    // There is no such process, or it may not be looked at, which ours may.
    return "not ours";
  }
}

/** An empty one would be found where nobody has put it. */
function isMark(mark: string): boolean {
  return /^[\w-]{8,64}$/.test(mark);
}

async function linuxTells({ pid, mark }: Marked, user: number): Promise<boolean> {
  const { uid } = await Deno.stat(`/proc/${pid}`);
  return uid === user && holdsMark(await Deno.readTextFile(`/proc/${pid}/environ`), mark);
}

/** @param environ `NAME=value` with a NUL behind each; empty when the process has ended */
export function holdsMark(environ: string, mark: string): boolean {
  return environ.split("\0").includes(`${RUN_VARIABLE}=${mark}`);
}

async function psTells({ pid, mark }: Marked, user: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("/bin/ps", {
    args: ["eww", "-o", "uid=,command=", "-p", String(pid)],
    env: { LC_ALL: "C" },
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PS_LIMIT),
  }).output();
  return listsMark(new TextDecoder().decode(stdout), user, mark);
}

/** Milliseconds; it takes some 10. */
const PS_LIMIT = 5_000;

/** @param listing one line of `ps eww -o uid=,command=`: the user, the arguments, the environment */
export function listsMark(listing: string, user: number, mark: string): boolean {
  const [uid, ...words] = listing.trim().split(/\s+/);
  return uid === String(user) && words.includes(`${RUN_VARIABLE}=${mark}`);
}
