import { stripVTControlCharacters } from "node:util";

/** One run of `deno compile`. */
export interface CompileRun {
  /** The Deno to compile with. */
  readonly deno: string;
  /** A denort to use instead of the one that Deno would download. */
  readonly denort?: string;
  /** The folder of the project. */
  readonly root: string;
  readonly args: readonly string[];
}

/** How a run of `deno compile` ended, with all that it printed. */
export type CompileOutcome =
  | { readonly kind: "compiled"; readonly output: string }
  | { readonly kind: "failed"; readonly output: string }
  /** Only denort is missing: it could not be downloaded. */
  | { readonly kind: "no-denort"; readonly reason: string };

const REACH_LIMIT_MS = 5000;

/**
 * Runs `deno compile`. Deno waits without a limit for a host that does not answer, so once it says that
 * it downloads denort the host is asked as well, and the run is ended when that gets no answer.
 */
export async function denoCompile(
  { deno, denort, root, args }: CompileRun,
): Promise<CompileOutcome> {
  const child = new Deno.Command(deno, {
    args: ["compile", ...args],
    cwd: root,
    // Checking deeply nested schema types needs more stack than Deno's threads have.
    env: { RUST_MIN_STACK: "33554432", ...(denort === undefined ? {} : { DENORT_BIN: denort }) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let unanswered: Promise<string | undefined> | undefined;
  const onText = (text: string) => {
    output += text;
    const url = downloadOfDenort(output);
    if (url === undefined || unanswered) return;
    unanswered = noAnswerFrom(url);
    unanswered.then((reason) => reason === undefined || child.kill("SIGKILL"), () => {});
  };
  await Promise.all([readAll(child.stdout, onText), readAll(child.stderr, onText)]);
  const { success } = await child.status;
  if (success) return { kind: "compiled", output };
  const reason = await unanswered ?? whyNoDenort(output);
  return reason === undefined ? { kind: "failed", output } : { kind: "no-denort", reason };
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  onText: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) onText(decoder.decode(bytes, { stream: true }));
}

function downloadOfDenort(output: string): string | undefined {
  return /^Download (\S*denort\S*)\s/m.exec(stripVTControlCharacters(output))?.[1];
}

async function noAnswerFrom(url: string): Promise<string | undefined> {
  try {
    await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(REACH_LIMIT_MS) });
    return undefined;
  } catch {
    return `${new URL(url).host} cannot be reached`;
  }
}

/**
 * Tells from what a failed `deno compile` printed whether the download of denort failed, as opposed to
 * the program's own faults, which come before it.
 *
 * @returns the reason in Deno's words, or `undefined` when it failed otherwise
 */
export function whyNoDenort(output: string): string | undefined {
  if (downloadOfDenort(output) === undefined) return undefined;
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  const reason = lines.find((line) =>
    /error sending request|Could not find denort|Failed downloading|could not be found/.test(line)
  );
  if (reason !== undefined) return reason.replace(/^\s*(\d+:|error:)\s*/, "").trim();
  const generic = lines.some((line) => line.includes("Setting up base binary"));
  return generic ? "Deno could not download it" : undefined;
}
