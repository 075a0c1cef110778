/** The command line of everything that concerns Codex. */

import type { Command } from "commander";
import { addLaunch, refuseArguments, URL_OPTION } from "../clients/commands.ts";
import type { Io } from "../io.ts";
import { codexConfig, type ConfigOptions } from "./config.ts";
import { doctorCodex, type DoctorOptions } from "./doctor.ts";
import { launchCodex } from "./launch.ts";
import { CODEX } from "./program.ts";

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
  const command = addLaunch(program, {
    client: CODEX,
    summary: "Start Codex on the running Chaski, or configure it",
    example: 'exec "hi"',
    launch: async (options) => ended(await launchCodex(options, passed, io)),
  });
  const config = command.command("config")
    .summary("Print the configuration for Codex, or write it")
    .description("Prints what makes Codex use the running Chaski, for ~/.codex/config.toml.")
    .option(...URL_OPTION)
    .option("--model <name>", "Model to name (default: the first that is served)")
    .option("--write", "Put it into config.toml; the rest of the file stays, a backup is made");
  config.action(async () => {
    if (passed.length > 0) refuseArguments("arguments for Codex go with chaski codex alone");
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
