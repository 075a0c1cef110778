/** The command line of everything that concerns Claude Code. */

import type { Command } from "commander";
import type { ClientOptions } from "../clients/chosen.ts";
import { addLaunch, refuseArguments, URL_OPTION } from "../clients/commands.ts";
import type { Io } from "../io.ts";
import { CLAUDE, launchClaude, printClaudeEnvironment } from "./launch.ts";

/**
 * Adds `chaski claude` and `chaski claude env`.
 *
 * @param passed arguments for Claude Code
 * @param ended takes the exit code
 */
export function addClaudeCommands(
  program: Command,
  io: Io,
  passed: readonly string[],
  ended: (code: number) => void,
): void {
  const command = addLaunch(program, {
    client: CLAUDE,
    summary: "Start Claude Code on the running Chaski, or print its environment",
    example: '-p "hi"',
    launch: async (options) => ended(await launchClaude(options, passed, io)),
  });
  const env = command.command("env")
    .summary("Print the environment for Claude Code")
    .description(
      'Prints what makes Claude Code use the running Chaski, for: eval "$(chaski claude env)"',
    )
    .option(...URL_OPTION)
    .option("--model <name>", "Model to name (default: the first that is served)");
  env.action(async () => {
    if (passed.length > 0) {
      refuseArguments("arguments for Claude Code go with chaski claude alone");
    }
    ended(await printClaudeEnvironment(env.optsWithGlobals<ClientOptions>(), io));
  });
}
