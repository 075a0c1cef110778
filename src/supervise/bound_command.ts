/**
 * How a program is started so that it dies with Chaski, also when that is killed and can end nothing
 * any more: Linux does it for whoever asks before the program begins, which setpriv (util-linux)
 * does. Where there is none, the next start finds what was left (remains.ts).
 */

export interface BoundCommand {
  command: string;
  args: readonly string[];
}

/**
 * @param setpriv the path of setpriv; null where there is none
 */
export function boundCommand(
  command: string,
  args: readonly string[],
  setpriv: string | null,
): BoundCommand {
  if (setpriv === null) return { command, args };
  return { command: setpriv, args: ["--pdeathsig", "KILL", "--", command, ...args] };
}

const PLACES = ["/usr/bin/setpriv", "/bin/setpriv", "/usr/sbin/setpriv"];

/** The setpriv of this machine, if it can do that: busybox's and old ones cannot. */
export function findSetpriv(os: typeof Deno.build.os): string | null {
  if (os !== "linux") return null;
  return PLACES.find(canBind) ?? null;
}

/** @param path of what may be a setpriv */
export function canBind(path: string): boolean {
  try {
    if (!Deno.statSync(path).isFile) return false;
    const { command, args } = boundCommand(path, ["--version"], path);
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    return new Deno.Command(command, { args: [...args], ...streams }).outputSync().success;
  } catch {
    return false;
  }
}
