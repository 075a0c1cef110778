import { delimiter } from "node:path";
import type { CodexCli } from "./codex_cli.ts";
import { type CodexEvent, parseCodexEvents } from "./codex_events.ts";
import { isSince } from "./codex_release.ts";
import type { CodexWorkspace } from "./codex_workspace.ts";

/** A Codex that has ended. */
export interface CodexRun {
  /** The exit status. */
  readonly code: number;
  readonly events: readonly CodexEvent[];
  readonly stderr: string;
}

/** A Codex at work. Its disposal ends it, and with it the commands that it runs. */
export interface CodexProcess extends AsyncDisposable {
  /** Settles with its end; rejects with all that it said when it takes longer than a minute. */
  readonly ended: Promise<CodexRun>;
  /** Waits for an event; rejects when Codex ends without it. */
  seen(test: (event: CodexEvent) => boolean): Promise<CodexEvent>;
  kill(signal: Deno.Signal): void;
}

const LIMIT_MS = 60_000;

/**
 * Starts `codex exec --json` with further arguments. It may run any command and reaches nothing but
 * this machine.
 */
export function startCodex(
  cli: CodexCli,
  workspace: CodexWorkspace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CodexProcess {
  const strict = isSince(cli.version, "0.145.0") ? ["--strict-config"] : [];
  const child = new Deno.Command(cli.program, {
    args: ["exec", "--json", ...strict, "--sandbox", "danger-full-access", ...args],
    cwd: workspace.repository,
    env: { ...codexEnvironment(cli, workspace), ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const gone = Promise.all([child.status, stdout.done, stderr.done]);
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const ended = gone.then(([{ code, signal }]) => {
    clearTimeout(timer);
    const run = { code, events: parseCodexEvents(stdout.text()), stderr: stderr.text() };
    if (signal !== "SIGKILL") return run;
    throw new Error(`Codex did not end by itself:\n${stdout.text()}\n${stderr.text()}`);
  });
  // Whoever asks gets the rejection; a Codex that was disposed of has nobody who asks.
  ended.catch(() => {});
  return {
    ended,
    kill: (signal) => child.kill(signal),
    async seen(test) {
      let over = false;
      gone.then(() => over = true);
      for (;;) {
        const final = over;
        const found = parseCodexEvents(stdout.text()).find(test);
        if (found !== undefined) return found;
        if (final) throw new Error(`Codex ended without the event:\n${stdout.text()}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await gone;
    },
  };
}

/** Environment variables of a Codex. */
export type CodexEnvironment = Record<string, string>;

/** An environment in which Codex has this home and reaches nothing but this machine. */
export function codexEnvironment(
  cli: CodexCli,
  { home }: Pick<CodexWorkspace, "home">,
): CodexEnvironment {
  // Codex would ask after news and plugins at github.com and chatgpt.com; nothing listens there.
  const nowhere = "http://127.0.0.1:9";
  return {
    PATH: [cli.path, Deno.env.get("PATH") ?? ""].join(delimiter),
    HOME: home,
    CODEX_HOME: home,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    ALL_PROXY: nowhere,
    NO_PROXY: "127.0.0.1",
    LC_ALL: "C",
  };
}

function gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let text = "";
  const done = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  return { text: () => text, done };
}
