/** Why a program could not be run, to follow "…: ". Pure. */

/** How a program ended. */
export interface Ended {
  code: number;
  signal: string | null;
  /** What it wrote to both of its outputs. */
  said: string;
}

/** The reason for what only another machine can run. */
export const FOREIGN = "it was built for another processor or system (Exec format error)";

/** The reason in what starting it threw. */
export function whyNotStarted(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Linux and macOS say ENOEXEC (8) or EBADARCH (86), Windows 193 or 216.
  if (/os error (?:8|86|193|216)\)/.test(message)) return FOREIGN;
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "it may not be executed (permission denied), or its folder is mounted noexec";
  }
  // The file is there: what is missing is the loader that it names.
  if (error instanceof Deno.errors.NotFound) {
    return "this system lacks the loader that it was built for";
  }
  return "it cannot be started";
}

/** Windows' STATUS_DLL_NOT_FOUND, as signed and as unsigned numbers. */
const NO_DLL = [-1073741515, 0xc0000135];

const SIGNALS: Readonly<Record<string, string>> = {
  SIGILL: "this processor lacks instructions that it was built for (SIGILL)",
  SIGKILL: "it was killed (SIGKILL), perhaps for lack of memory",
};

/** The reason for a program that ended badly. */
export function whyEnded({ code, signal, said }: Ended): string {
  const [, library] = /loading shared libraries: ([^\s:]+)/.exec(said) ??
    /Library not loaded: (\S+)/.exec(said) ?? [];
  if (library !== undefined) return `it lacks the shared library ${library}`;
  if (NO_DLL.includes(code)) return "it lacks a DLL";
  const [, newer] = /version [`'"]?([\w.]+)['"]? not found/.exec(said) ?? [];
  if (newer !== undefined) return `it needs a newer system library (${newer})`;
  const how = signal === null
    ? `it ended with status ${code}`
    : SIGNALS[signal] ?? `it was ended by ${signal}`;
  const last = said.trim().split(/\r?\n/).at(-1)?.replace(/\p{Cc}+/gu, " ").slice(0, 200);
  return last ? `${how}, saying '${last}'` : how;
}
