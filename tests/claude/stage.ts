import type { ClaudeTarget } from "../../src/cli/claude/environment.ts";
import { type PassedRequest, startRelay } from "../clients/recorder.ts";
import { openWorkspace, type Workspace } from "../clients/workspace.ts";
import type { Model } from "./answer.ts";
import type { ClaudeCli } from "./claude_cli.ts";
import { type ClaudeProcess, type ClaudeRun, startClaude } from "./claude_process.ts";
import { startFakeMessages } from "./fake_messages.ts";

/** A Claude Code with a home of its own on a Messages server, and what it asks of that. */
export interface ClaudeStage {
  readonly workspace: Workspace;
  readonly model: Model;
  /** What Claude Code sent to `/v1/messages`, in the order in which it arrived. */
  readonly requests: readonly PassedRequest[];
  /** Runs `claude -p` to its end. */
  run(...args: string[]): Promise<ClaudeRun>;
  /** Starts `claude -p` and lets it run. */
  start(...args: string[]): ClaudeProcess;
}

/** Runs `work` on a new stage over a Messages server whose answers it writes. */
export async function onFakeMessages(
  cli: ClaudeCli,
  work: (stage: ClaudeStage) => Promise<void>,
): Promise<void> {
  await using messages = startFakeMessages();
  const target = { url: messages.url, model: "tiny", context: 32768, key: null };
  await onStage(cli, target, messages, work);
}

/**
 * Runs `work` on a new stage over any Messages server.
 *
 * @param model what that server asks
 */
export async function onStage(
  cli: ClaudeCli,
  target: ClaudeTarget,
  model: Model,
  work: (stage: ClaudeStage) => Promise<void>,
): Promise<void> {
  await using relay = startRelay(target.url, "/v1/messages");
  await using workspace = await openWorkspace();
  const start = (...args: string[]) =>
    startClaude(cli, workspace, { ...target, url: relay.url }, args);
  const run = async (...args: string[]) => {
    await using process = start(...args);
    return await process.ended;
  };
  await work({ workspace, model, requests: relay.requests, run, start });
}
