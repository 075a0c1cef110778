import {
  type ClientEnvironment,
  type ClientProcess,
  type ClientRun,
  offlineEnvironment,
  startClient,
} from "../clients/process.ts";
import type { Workspace } from "../clients/workspace.ts";
import type { ClaudeCli } from "./claude_cli.ts";
import type { ClaudeEvent } from "./claude_events.ts";

/** A Claude Code that has ended. */
export type ClaudeRun = ClientRun<ClaudeEvent>;

/** A Claude Code at work. */
export type ClaudeProcess = ClientProcess<ClaudeEvent>;

/** Options of one prompt whose events can be read. It may use any tool. */
export const PRINT = [
  "--output-format",
  "stream-json",
  "--verbose",
  "--dangerously-skip-permissions",
] as const;

/** Starts `claude -p` with further arguments and variables. It reaches nothing but this machine. */
export function startClaude(
  { program }: ClaudeCli,
  { home, repository }: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ClaudeProcess {
  return startClient({
    program,
    args: ["-p", ...PRINT, ...args],
    cwd: repository,
    env: { ...claudeEnvironment(home), ...env },
  });
}

/** An environment in which Claude Code has this home and reaches nothing but this machine. */
export function claudeEnvironment(home: string): ClientEnvironment {
  return {
    ...offlineEnvironment(home),
    CLAUDE_CONFIG_DIR: `${home}/.claude`,
    // It keeps sockets and notes of its sessions there.
    TMPDIR: home,
    // Without it root is not allowed to skip permissions.
    IS_SANDBOX: "1",
  };
}
