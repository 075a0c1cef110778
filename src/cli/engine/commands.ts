/** The command line of everything that concerns llama-server's program. */

import { type Command, Option } from "commander";
import { type Config, loadConfig } from "../../config/config.ts";
import { settings } from "../../config/schema.ts";
import { type Backend, BACKENDS } from "../../engine/assets.ts";
import { installFromDebian } from "../../engine/debian.ts";
import { cannotInstall } from "../../engine/error.ts";
import { requireEngine } from "../../engine/find.ts";
import { installEngine, type InstallOutcome } from "../../engine/install.ts";
import { listDevices, probeEngine } from "../../engine/probe.ts";
import { GITHUB } from "../../engine/releases.ts";
import { hasVulkan } from "../../engine/vulkan.ts";
import { optionText } from "../help.ts";
import { type Io, printable } from "../io.ts";
import { type Status, statusJson, statusText } from "./status.ts";

/** The variable that names another place than GitHub's API. */
const RELEASES = "CHASKI_ENGINE_RELEASES";

interface StatusOptions {
  llamaServer?: string;
  dataDir?: string;
  json?: true;
}

interface InstallOptions {
  release?: string;
  backend?: Backend;
  dataDir?: string;
  debian?: true;
}

/**
 * Adds `chaski engine status` and `chaski engine install`.
 *
 * @param ended takes the exit code
 */
export function addEngineCommands(program: Command, io: Io, ended: (code: number) => void): void {
  const engine = program.command("engine")
    .summary("Show or install llama-server")
    .description("Shows which llama-server is found on this machine, or installs one.");
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
  const install = withSettings(engine.command("install"), ["data_dir"])
    .summary("Install an official build, or Debian's")
    .description("Installs llama.cpp's own build for this machine in the data folder.")
    .option("--release <tag>", "The release, like b7003 (default: the latest)")
    .addOption(
      new Option("--backend <name>", "What it computes with (default: what this machine has)")
        .choices(BACKENDS),
    )
    .option("--debian", "Install Debian's package by apt instead, for the whole system");
  install.action(async () => {
    const options = install.opts<InstallOptions>();
    io.stdout(await (options.debian ? fromDebian(options, io) : fromRelease(options, io)));
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

async function fromRelease(options: InstallOptions, io: Io): Promise<string> {
  const { dataDir } = await load(options, io);
  if (dataDir === undefined) {
    throw cannotInstall("there is no folder for it; name one by --data-dir");
  }
  const { os, env } = io;
  const outcome = await installEngine({
    api: env[RELEASES] || GITHUB,
    release: options.release ?? null,
    backend: options.backend ?? null,
    machine: { os, arch: Deno.build.arch, vulkan: await hasVulkan(os, env) },
    env,
    dataDir,
    tell: (text) => io.stderr(`${printable(text)}\n`),
  });
  return outcomeText(outcome);
}

function outcomeText({ tag, backend, engine, already }: InstallOutcome): string {
  const what = `llama-server ${tag} (${backend})`;
  return already
    ? `${what} is there already, at ${engine.path}\n`
    : `Installed ${what} at ${engine.path}\n`;
}

async function fromDebian(options: InstallOptions, io: Io): Promise<string> {
  if (options.release !== undefined || options.backend !== undefined) {
    throw cannotInstall("--debian takes neither --release nor --backend; leave them out");
  }
  await installFromDebian({ env: io.env, isRoot: Deno.uid() === 0 });
  return "Installed llama-server from Debian's package llama.cpp-tools\n";
}
