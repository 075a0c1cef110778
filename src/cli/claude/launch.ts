/** `chaski claude`: one run of the real Claude Code on the running Chaski; no file changes. */

import { choose, type Chosen, type ClientOptions } from "../clients/chosen.ts";
import { KEY_VARIABLE } from "../clients/key.ts";
import { type Client, findProgram, runProgram } from "../clients/program.ts";
import type { Io } from "../io.ts";
import { claudeChanges, claudeExports, type ClaudeTarget } from "./environment.ts";

/** Claude Code as a client of Chaski. */
export const CLAUDE: Client = {
  name: "Claude Code",
  word: "claude",
  variable: "CHASKI_CLAUDE",
  install: "npm install -g @anthropic-ai/claude-code",
};

/** Tokens. With less Claude Code 2.1.330 refuses even the first prompt by itself. */
const LEAST_CONTEXT = 16_384;

/**
 * Starts Claude Code with these arguments and gives its exit code. Throws a sentence where it is not
 * installed, Chaski does not answer, or there is no such model.
 */
export async function launchClaude(
  options: ClientOptions,
  args: readonly string[],
  io: Io,
): Promise<number> {
  const claude = await findProgram(CLAUDE, io);
  const chosen = await choose(options, "start Claude Code", io);
  tellOfSmallContext(chosen, io);
  const { set, unset } = claudeChanges(targetOf(chosen), io.env);
  const kept = Object.entries(io.env).filter(([name]) => !unset.includes(name));
  return await runProgram(claude, args, { ...Object.fromEntries(kept), ...set });
}

/** `chaski claude env`: prints the same environment for a shell. Gives the exit code. */
export async function printClaudeEnvironment(options: ClientOptions, io: Io): Promise<number> {
  const chosen = await choose(options, "print the environment", io);
  tellOfSmallContext(chosen, io);
  io.stdout(claudeExports(targetOf(chosen), io.env));
  if (chosen.chaski.keyed && !io.env[KEY_VARIABLE]) {
    io.stderr(`Note: set ${KEY_VARIABLE} before these lines.\n`);
  }
  return 0;
}

function targetOf({ place, chaski, model: { id, context } }: Chosen): ClaudeTarget {
  return { url: place.url, model: id, context, key: chaski.keyed ? place.key ?? null : null };
}

function tellOfSmallContext({ model: { context } }: Chosen, io: Io): void {
  if (context === null || context >= LEAST_CONTEXT) return;
  io.stderr(
    `Note: one slot holds ${context} tokens, and Claude Code wants ${LEAST_CONTEXT} for its own ` +
      "instructions; give the model a larger context, or add " +
      '-- --tools "Bash,Edit,Read,Write".\n',
  );
}
