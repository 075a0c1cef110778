/** The command line of everything that concerns Codex. */

import { type Command, CommanderError } from "commander";
import type { Io } from "../io.ts";
import { codexConfig, type ConfigOptions } from "./config.ts";
import { doctorCodex, type DoctorOptions } from "./doctor.ts";
import { launchCodex, type LaunchOptions } from "./launch.ts";

const URL_OPTION = [
  "--url <url>",
  "Address of the running Chaski (default: the host and port of the settings)",
] as const;

/**
 * Parts what is for Chaski from what is for Codex: in `chaski codex … -- …` all behind the `--`,
 * which may look like options and keys of Chaski's own.
 */
export function splitForCodex(
  argv: readonly string[],
): { own: readonly string[]; passed: readonly string[] } {
  const at = argv[0] === "codex" ? argv.indexOf("--") : -1;
  return at < 0
    ? { own: argv, passed: [] }
    : { own: argv.slice(0, at), passed: argv.slice(at + 1) };
}

/**
 * Adds `chaski codex`, `chaski codex config` and `chaski doctor codex`.
 *
 * @param passed arguments for Codex
 * @param ended takes the exit code
 */
export function addCodexCommands(
  program: Command,
  io: Io,
  passed: readonly string[],
  ended: (code: number) => void,
): void {
  const command = addLaunch(program, io, passed, ended);
  const config = command.command("config")
    .summary("Print the configuration for Codex, or write it")
    .description("Prints what makes Codex use the running Chaski, for ~/.codex/config.toml.")
    .option(...URL_OPTION)
    .option("--model <name>", "Model to name (default: the first that is served)")
    .option("--write", "Put it into config.toml; the rest of the file stays, a backup is made");
  config.action(async () => {
    if (passed.length > 0) refuse("arguments for Codex go with chaski codex alone");
    ended(await codexConfig(config.optsWithGlobals<ConfigOptions>(), io));
  });
  const doctor = program.command("doctor")
    .summary("Find out why a client does not work with Chaski")
    .description("Checks a client that is to use Chaski, and says how to mend what is wrong.");
  const checked = doctor.command("codex")
    .summary("Codex: its version, its settings, and what they lead to")
    .description("Checks Codex and its settings; exits 0 when nothing is a problem, else 1.")
    .option("--profile <name>", "Check the settings with this profile of Codex's");
  checked.action(async () => ended(await doctorCodex(checked.opts<DoctorOptions>(), io)));
}

function addLaunch(
  program: Command,
  io: Io,
  passed: readonly string[],
  ended: (code: number) => void,
): Command {
  const command = program.command("codex")
    .summary("Start Codex on the running Chaski, or configure it")
    .description(
      "Starts Codex on the running Chaski without touching its files; what stands behind -- is " +
        'handed to Codex, as in: chaski codex --model NAME -- exec "hi"',
    )
    .usage("[options] [command] [-- arguments for Codex]")
    .option(...URL_OPTION)
    .option("--model <name>", "Model to use (default: the first that is served)")
    .allowExcessArguments();
  return command.action(async () => {
    const [operand] = command.args;
    if (operand !== undefined) refuse(`'${operand}' is for Codex: put -- before it`);
    ended(await launchCodex(command.opts<LaunchOptions>(), passed, io));
  });
}

function refuse(reason: string): never {
  throw new CommanderError(1, "chaski.codexArguments", `error: ${reason}`);
}
