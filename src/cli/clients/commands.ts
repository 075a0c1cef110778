/** What the command lines of all clients have in common. */

import { type Command, CommanderError } from "commander";
import type { ClientOptions } from "./chosen.ts";
import type { Client } from "./program.ts";

/** `--url`, as every command for a client has it. */
export const URL_OPTION = [
  "--url <url>",
  "Address of the running Chaski (default: the host and port of the settings)",
] as const;

/** The arguments of a command line, parted. */
export interface SplitArguments {
  /** For Chaski. */
  own: readonly string[];
  /** For the client. */
  passed: readonly string[];
}

/**
 * Parts what is for Chaski from what is for a client: in `chaski codex … -- …` all behind the `--`,
 * which may look like options and keys of Chaski's own.
 */
export function splitForClient(
  argv: readonly string[],
  clients: readonly Client[],
): SplitArguments {
  const at = clients.some(({ word }) => word === argv[0]) ? argv.indexOf("--") : -1;
  return at < 0
    ? { own: argv, passed: [] }
    : { own: argv.slice(0, at), passed: argv.slice(at + 1) };
}

/** The command that starts a client. */
export interface LaunchCommand {
  client: Client;
  summary: string;
  /** Arguments for the client, as the help's example. */
  example: string;
  launch(options: ClientOptions): Promise<void>;
}

/** Adds `chaski CLIENT [-- …]`; further commands can be added to what it gives. */
export function addLaunch(
  program: Command,
  { client: { name, word }, summary, example, launch }: LaunchCommand,
): Command {
  const command = program.command(word)
    .summary(summary)
    .description(
      `Starts ${name} on the running Chaski without touching its files; what stands behind -- is ` +
        `handed to ${name}, as in: chaski ${word} --model NAME -- ${example}`,
    )
    .usage(`[options] [command] [-- arguments for ${name}]`)
    .option(...URL_OPTION)
    .option("--model <name>", "Model to use (default: the first that is served)")
    .allowExcessArguments();
  return command.action(async () => {
    const [operand] = command.args;
    if (operand !== undefined) refuseArguments(`'${operand}' is for ${name}: put -- before it`);
    await launch(command.opts<ClientOptions>());
  });
}

/** Throws what is told as wrong usage. */
export function refuseArguments(reason: string): never {
  throw new CommanderError(1, "chaski.clientArguments", `error: ${reason}`);
}
