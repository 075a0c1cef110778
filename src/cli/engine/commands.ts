/** The command line of everything that concerns llama-server's program. */

import { type Command, Option } from "commander";
import { type Config, loadConfig } from "../../config/config.ts";
import { settings } from "../../config/schema.ts";
import { requireEngine } from "../../engine/find.ts";
import { listDevices, probeEngine } from "../../engine/probe.ts";
import { optionText } from "../help.ts";
import type { Io } from "../io.ts";
import { type Status, statusJson, statusText } from "./status.ts";

interface StatusOptions {
  llamaServer?: string;
  dataDir?: string;
  json?: true;
}

/**
 * Adds `chaski engine status`.
 *
 * @param ended takes the exit code
 */
export function addEngineCommands(program: Command, io: Io, ended: (code: number) => void): void {
  const engine = program.command("engine")
    .summary("Show llama-server")
    .description("Shows which llama-server is found on this machine.");
  const status = withSettings(engine.command("status"), ["llama_server", "data_dir"])
    .summary("Which one is found, and what it can do")
    .description("Shows the llama-server that is found, its version, abilities and devices.")
    .option("--json", "As JSON, for programs");
  status.action(async () => {
    const options = status.opts<StatusOptions>();
    const told = await lookAt(options, io);
    io.stdout(options.json ? statusJson(told) : statusText(told));
    ended(0);
  });
}

function withSettings(command: Command, keys: readonly string[]): Command {
  for (const setting of settings.filter(({ key }) => keys.includes(key))) {
    command.addOption(new Option(setting.flag ?? "", optionText(setting)));
  }
  return command;
}

async function load(
  { llamaServer, dataDir }: { llamaServer?: string; dataDir?: string },
  io: Io,
): Promise<Config> {
  return await loadConfig({ ...io, flags: { llama_server: llamaServer, data_dir: dataDir } });
}

async function lookAt(options: StatusOptions, io: Io): Promise<Status> {
  const { llamaServer, dataDir } = await load(options, io);
  const found = await requireEngine({
    ...io,
    dataDir: dataDir ?? null,
    setting: llamaServer ?? null,
  });
  const engine = await probeEngine(found.path, io);
  return { found, engine, devices: await listDevices(engine, io) };
}
