/**
 * The command line: arguments in, exit code out.
 */

import { Command, CommanderError, Option } from "commander";
import { loadConfig } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import { checkExposure } from "../config/exposure.ts";
import type { Flags } from "../config/layers.ts";
import { settings } from "../config/schema.ts";
import { version } from "../version.ts";
import { addClaudeCommands } from "./claude/commands.ts";
import { CLAUDE } from "./claude/launch.ts";
import { splitForClient } from "./clients/commands.ts";
import { baseUrl } from "./clients/place.ts";
import { addCodexCommands } from "./codex/commands.ts";
import { CODEX } from "./codex/program.ts";
import { addEngineCommands } from "./engine/commands.ts";
import { health } from "./health.ts";
import { isOfServe, optionOf, programHelp, serveHelp, styleTitle } from "./help.ts";
import type { Io } from "./io.ts";
import { addModelCommands } from "./models/commands.ts";
import { cutUnknownValues, refuseKeys, usageSentence } from "./usage.ts";

/**
 * Runs Chaski for the arguments after the program's name. Resolves to the exit code: 0 done, 1
 * failed while running, 2 wrong usage or settings. Never rejects; failures are one sentence on
 * stderr.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const outcome = { code: 0, debug: wantsStacks(io) };
  const { own, passed } = splitForClient(argv, [CODEX, CLAUDE]);
  const program = buildProgram(io, {
    async serve(flags) {
      const config = await loadConfig({ ...io, flags });
      outcome.debug ||= config.logLevel === "debug";
      checkExposure(config);
      outcome.code = await io.serve(config);
    },
    async health(url) {
      outcome.code = await health(url ?? baseUrl(await loadConfig({ ...io, flags: {} })), io);
    },
  });
  addCodexCommands(program, io, passed, (code) => outcome.code = code);
  addClaudeCommands(program, io, passed, (code) => outcome.code = code);
  addModelCommands(program, io, (code) => outcome.code = code);
  addEngineCommands(program, io, (code) => outcome.code = code);
  try {
    refuseKeys(own);
    const args = own.length > 0 ? cutUnknownValues(own, longOptions(program)) : ["--help"];
    await program.parseAsync(args, { from: "user" });
    return outcome.code;
  } catch (error) {
    return report(error, io, outcome.debug);
  }
}

/** Tells a failure on stderr and returns its exit code; stacks only where they are asked for. */
export function report(error: unknown, io: Io, debug = wantsStacks(io)): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code !== "commander.help") {
      io.stderr(`${usageSentence(error)}\nSee chaski --help and chaski serve --help.\n`);
    }
    return 2;
  }
  if (error instanceof ConfigError) {
    io.stderr(`${error.message}\n`);
    return 2;
  }
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
  // What is a sentence of ours already says what cannot be done.
  const sentence = reason?.startsWith("Cannot ") ? reason : null;
  io.stderr(`${sentence ?? `Cannot go on: ${reason || "an unexpected failure"}`}\n`);
  if (debug && error instanceof Error) io.stderr(`${error.stack}\n`);
  return 1;
}

function wantsStacks({ env }: Io): boolean {
  return env["CHASKI_DEBUG"] === "1" || env["CHASKI_LOG_LEVEL"] === "debug";
}

/** What the commands do. */
interface Actions {
  serve(flags: Flags): Promise<void>;
  health(url: string | undefined): Promise<void>;
}

function buildProgram(io: Io, actions: Actions): Command {
  const program = new Command("chaski")
    .description("Lets coding agents that speak OpenAI's APIs work with llama.cpp's llama-server.")
    .version(`chaski ${version}`, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .helpCommand("help [command]", "Print the help of a command")
    .configureHelp({ styleTitle })
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      // Errors are told once, by `report()`.
      outputError: () => {},
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => io.terminal && !io.env["NO_COLOR"],
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText("after", () => programHelp(io));
  program.addCommand(serveCommand(io, actions.serve).copyInheritedSettings(program));
  program.addCommand(healthCommand(actions.health).copyInheritedSettings(program));
  return program;
}

function healthCommand(check: (url?: string) => Promise<void>): Command {
  const command = new Command("health")
    .summary("Ask a running Chaski whether it is ready")
    .description(
      "Exits 0 when the Chaski that these settings start is ready to answer, else 1.",
    )
    .option("--url <url>", "Base URL to ask (default: the host and port of the settings)");
  return command.action(() => check(command.opts<{ url?: string }>().url));
}

function serveCommand(io: Io, serve: (flags: Flags) => Promise<void>): Command {
  const command = new Command("serve")
    .summary("Serve agents until interrupted")
    .description(
      "Serves the APIs of OpenAI and Anthropic over the models of this machine, for which it runs " +
        "llama-server, or in front of a llama-server that runs already.",
    )
    .addHelpText("after", () => serveHelp(io));
  for (const setting of settings) {
    if (!isOfServe(setting) || setting.group === undefined) continue;
    command.addOption(optionOf(setting).helpGroup(setting.group));
  }
  command.addOption(
    new Option("--config <file>", "Config file (env CHASKI_CONFIG, default see below)")
      .helpGroup("Files:"),
  );
  return command.action(() => serve(flagsOf(command)));
}

/** The options that were really given, by setting key. */
function flagsOf(command: Command): Flags {
  const given = command.options.filter((option) =>
    command.getOptionValueSource(option.attributeName()) === "cli"
  );
  return Object.fromEntries(given.map((option) => {
    const key = option.attributeName().replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [key, command.getOptionValue(option.attributeName())];
  }));
}

function longOptions(command: Command): string[] {
  return [
    ...command.options.flatMap((option) => option.long ?? []),
    ...command.commands.flatMap(longOptions),
  ];
}
