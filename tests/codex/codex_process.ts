import { delimiter } from "node:path";
import {
  type ClientEnvironment,
  type ClientProcess,
  type ClientRun,
  offlineEnvironment,
  startClient,
} from "../clients/process.ts";
import type { Workspace } from "../clients/workspace.ts";
import type { CodexCli } from "./codex_cli.ts";
import type { CodexEvent } from "./codex_events.ts";
import { isSince } from "../clients/version.ts";

/** A Codex that has ended. */
export type CodexRun = ClientRun<CodexEvent>;

/** A Codex at work. */
export type CodexProcess = ClientProcess<CodexEvent>;

/**
 * Starts `codex exec --json` with further arguments. It may run any command and reaches nothing but
 * this machine.
 */
export function startCodex(
  cli: CodexCli,
  workspace: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CodexProcess {
  const strict = isSince(cli.version, "0.145.0") ? ["--strict-config"] : [];
  return startClient({
    program: cli.program,
    args: ["exec", "--json", ...strict, "--sandbox", "danger-full-access", ...args],
    cwd: workspace.repository,
    env: { ...codexEnvironment(cli, workspace), ...env },
  });
}

/** An environment in which Codex has this home and reaches nothing but this machine. */
export function codexEnvironment(
  cli: CodexCli,
  { home }: Pick<Workspace, "home">,
): ClientEnvironment {
  const offline = offlineEnvironment(home);
  return {
    ...offline,
    PATH: [cli.path, offline["PATH"]].join(delimiter),
    CODEX_HOME: home,
  };
}
