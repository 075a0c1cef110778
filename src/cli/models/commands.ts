/** The command line of everything that concerns the models on this machine. */

import type { Command } from "commander";
import { loadConfig } from "../../config/config.ts";
import { settings } from "../../config/schema.ts";
import { roomOf } from "../../machine/room.ts";
import { discover, type Discovered } from "../../models/discover.ts";
import { placesOf } from "../../models/places.ts";
import { isOfServe, optionOf } from "../help.ts";
import { type Io, printable } from "../io.ts";
import { infoJson, infoText } from "./info.ts";
import { findNamed, listJson, listTable } from "./list.ts";
import { planFor } from "./plan.ts";

/** What both commands take. */
interface ModelOptions {
  modelsDir?: string[];
  json?: true;
}

/**
 * Adds `chaski models list` and `chaski models info`.
 *
 * @param ended takes the exit code
 */
export function addModelCommands(program: Command, io: Io, ended: (code: number) => void): void {
  const models = program.command("models")
    .summary("Show the models on this machine")
    .description(
      "Shows the GGUF models in the folders of the settings, and those that Hugging Face, " +
        "LM Studio and Ollama keep.",
    );
  const list = withOptions(models.command("list"))
    .summary("All of them")
    .description("Lists the models with their size, their context, and what they can do.");
  list.action(async () => {
    const options = list.opts<ModelOptions>();
    const found = await look(options, io);
    io.stdout(options.json ? listJson(found) : listTable(found.models));
    if (!options.json) tellProblems(found, io);
    ended(0);
  });
  const info = withOptions(models.command("info"))
    .argument("<name>", "A name of the list; without quantisation: the best that is there")
    .summary("One of them, with its files, its header and its place in memory")
    .description(
      "Shows what a model's header says, the paths of its files, and with which context it runs " +
        "in the memory that is free.",
    );
  info.action(async (name: string) => {
    const options = info.opts<ModelOptions>();
    const model = findNamed(name, (await look(options, io)).models);
    const plan = planFor(model, roomOf(await io.machine()));
    io.stdout(options.json ? infoJson(model, plan) : infoText(model, plan));
    ended(0);
  });
}

function withOptions(command: Command): Command {
  for (const setting of settings.filter(isOfServe)) {
    if (setting.ofModels) command.addOption(optionOf(setting));
  }
  return command.option("--json", "As JSON, for programs");
}

async function look({ modelsDir }: ModelOptions, io: Io): Promise<Discovered> {
  const { modelsDirs } = await loadConfig({ ...io, flags: { models_dir: modelsDir } });
  return await discover(placesOf({ os: io.os, env: io.env, folders: modelsDirs }));
}

function tellProblems({ problems }: Discovered, io: Io): void {
  for (const problem of problems) io.stderr(`${printable(problem)}\n`);
}
