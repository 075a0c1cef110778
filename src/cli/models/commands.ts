/** The command line of everything that concerns the models on this machine. */

import type { Command } from "commander";
import { type Config, loadConfig } from "../../config/config.ts";
import { settings } from "../../config/schema.ts";
import { roomOf } from "../../machine/room.ts";
import { discover, type Discovered } from "../../models/discover.ts";
import { defaultsOf } from "../../models/defaults.ts";
import { placesOf } from "../../models/places.ts";
import { withSettings } from "../../supervise/model_settings.ts";
import { isOfServe, optionOf } from "../help.ts";
import { type Io, printable } from "../io.ts";
import { infoJson, infoText } from "./info.ts";
import { findNamed, listJson, listTable } from "./list.ts";
import { addManagingCommands } from "./managing.ts";
import { planFor } from "./plan.ts";
import { pullModel, type PullOptions } from "./pull.ts";
import { removeModel } from "./remove.ts";

/** What the commands take that look at what is there. */
interface ModelOptions {
  modelsDir?: string[];
  json?: true;
  yes?: true;
}

/**
 * Adds `chaski models list`, `info`, `pull` and `rm`, and what asks a running Chaski.
 *
 * @param ended takes the exit code
 */
export function addModelCommands(program: Command, io: Io, ended: (code: number) => void): void {
  const models = program.command("models")
    .summary("Show the models on this machine, fetch and remove them")
    .description(
      "Shows the GGUF models in the folders of the settings, and those that Hugging Face, " +
        "LM Studio and Ollama keep; fetches them from Hugging Face, and removes them.",
    );
  addList(models, io, ended);
  addInfo(models, io, ended);
  addPull(models, io, ended);
  addRemove(models, io, ended);
  addManagingCommands(models, io, ended);
}

function addList(models: Command, io: Io, ended: (code: number) => void): void {
  const list = withFolders(models.command("list"))
    .option(...JSON_OPTION)
    .summary("All of them")
    .description("Lists the models with their size, their context, and what they can do.");
  list.action(async () => {
    const options = list.opts<ModelOptions>();
    const { found } = await look(options, io);
    io.stdout(options.json ? listJson(found) : listTable(found.models));
    if (!options.json) tellProblems(found, io);
    ended(0);
  });
}

function addInfo(models: Command, io: Io, ended: (code: number) => void): void {
  const info = withFolders(models.command("info"))
    .option(...JSON_OPTION)
    .argument("<name>", "A name of the list; without quantisation: the best that is there")
    .summary("One of them, with its files, its header and its place in memory")
    .description(
      "Shows what a model's header says, the paths of its files, and with which context it runs " +
        "in the memory that is free.",
    );
  info.action(async (name: string) => {
    const options = info.opts<ModelOptions>();
    const { found, config } = await look(options, io);
    const { models, settingsOf } = withSettings(found.models, config.models);
    const model = findNamed(name, models);
    const facts = {
      plan: planFor(model, roomOf(await io.machine())),
      defaults: defaultsOf(model, settingsOf(model)),
    };
    io.stdout(options.json ? infoJson(model, facts) : infoText(model, facts));
    ended(0);
  });
}

function addPull(models: Command, io: Io, ended: (code: number) => void): void {
  const command = models.command("pull")
    .argument("<name>", "org/repo, org/repo:QUANT or org/repo:FILE.gguf")
    .option(...JSON_OPTION)
    .summary("Fetch one from Hugging Face")
    .description(
      "Fetches a model into Hugging Face's cache, with all its parts and its projector. What is " +
        "there is not fetched again; a pull that was cut goes on. HF_TOKEN, HF_ENDPOINT, " +
        "HF_HUB_CACHE and HF_HUB_OFFLINE count as they do for Hugging Face's own programs.",
    );
  command.action(async (name: string) => {
    ended(await pullModel(name, command.opts<PullOptions>(), io));
  });
}

function addRemove(models: Command, io: Io, ended: (code: number) => void): void {
  const command = withFolders(models.command("rm"))
    .argument("<name>", "A name of the list; without quantisation: the best that is there")
    .option("--yes", "Do not ask")
    .summary("Remove one from this machine")
    .description("Shows a model's files, asks, and removes them.");
  command.action(async (name: string) => {
    const options = command.opts<ModelOptions>();
    const { found: { models } } = await look(options, io);
    ended(await removeModel(findNamed(name, models), models, options.yes === true, io));
  });
}

const JSON_OPTION = ["--json", "As JSON, for programs"] as const;

function withFolders(command: Command): Command {
  for (const setting of settings.filter(isOfServe)) {
    if (setting.ofModels) command.addOption(optionOf(setting));
  }
  return command;
}

async function look(
  { modelsDir }: ModelOptions,
  io: Io,
): Promise<{ found: Discovered; config: Config }> {
  const config = await loadConfig({ ...io, flags: { models_dir: modelsDir } });
  const places = placesOf({ os: io.os, env: io.env, folders: config.modelsDirs });
  return { found: await discover(places), config };
}

function tellProblems({ problems }: Discovered, io: Io): void {
  for (const problem of problems) io.stderr(`${printable(problem)}\n`);
}
