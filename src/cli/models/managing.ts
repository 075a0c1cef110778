/** `chaski models ps`, `load` and `unload`: the models of a Chaski that runs. */

import type { Command } from "commander";
import { isRecord } from "../../protocol/record.ts";
import { ask } from "../clients/ask.ts";
import { adminPlaceOf } from "../clients/place.ts";
import type { Place } from "../clients/running.ts";
import { type Io, printable } from "../io.ts";
import { stateTable } from "./states.ts";

/** What all three take. */
interface ManagingOptions {
  url?: string;
  json?: true;
}

type Told = Record<string, unknown>;

/** @param ended takes the exit code */
export function addManagingCommands(models: Command, io: Io, ended: (code: number) => void): void {
  const tell = (json: true | undefined, states: readonly Told[]) => {
    io.stdout(json ? `${JSON.stringify({ models: states }, null, 2)}\n` : stateTable(states));
    ended(0);
  };
  const ps = withOptions(models.command("ps"))
    .summary("What runs at the moment")
    .description("Shows the models of a running Chaski that are not unloaded, and what they do.");
  ps.action(async () => {
    const { url, json } = ps.opts<ManagingOptions>();
    const all = await statesAt(await adminPlaceOf(url, io), "tell what runs");
    tell(json, all.filter(({ state }) => state !== "unloaded"));
  });
  for (const verb of ["load", "unload"] as const) {
    const command = withOptions(models.command(verb))
      .argument("<name>", "A name of the list")
      .summary(verb === "load" ? "Load one before it is asked for" : "Unload one")
      .description(`Has a running Chaski ${verb} a model, and ends when that is done.`);
    command.action(async (name: string) => {
      const { url, json } = command.opts<ManagingOptions>();
      tell(json, [await change(verb, name, await adminPlaceOf(url, io))]);
    });
  }
}

function withOptions(command: Command): Command {
  return command
    .option("--url <url>", "Base URL of the Chaski to ask (default: that of the settings)")
    .option("--json", "As JSON, for programs");
}

/** Milliseconds between two looks. */
const LOOK_EVERY = 300;

/** Begins it, and waits until it is done; throws a sentence where it fails. */
async function change(verb: "load" | "unload", name: string, place: Place): Promise<Told> {
  const purpose = `${verb} ${name.slice(0, 200)}`;
  let status = await told(place, `/admin/models/${verb}`, purpose, { model: name });
  while (status["state"] === "loading" || status["state"] === "unloading") {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    const { id } = status;
    const now = (await statesAt(place, purpose)).find((each) => each["id"] === id);
    status = now ?? { ...status, state: "unloaded" };
  }
  if (verb === "unload" || status["state"] === "loaded") return status;
  const { error } = status;
  throw new Error(
    printable(typeof error === "string" ? error : `Cannot ${purpose}: it was unloaded`),
  );
}

async function statesAt(place: Place, purpose: string): Promise<Told[]> {
  const { data } = await told(place, "/admin/models", purpose);
  return Array.isArray(data) ? data.filter(isRecord) : [];
}

/** What the running Chaski answers; throws a sentence, its own where it has one. */
async function told(
  { url, key }: Place,
  path: string,
  purpose: string,
  sent?: unknown,
): Promise<Told> {
  const answer = await ask(url, path, key, sent);
  if (answer === null) {
    throw cannot(purpose, `nothing answers at ${url}; start chaski serve, or use --url`);
  }
  const { status, json } = answer;
  if (!isRecord(json)) throw cannot(purpose, `what answers at ${url} is not Chaski`);
  if (status < 300) return json;
  const { error } = json;
  const said = isRecord(error) && typeof error["message"] === "string" ? error["message"] : null;
  throw said === null ? cannot(purpose, `${url} answers ${status}`) : new Error(printable(said));
}

function cannot(purpose: string, reason: string): Error {
  return new Error(printable(`Cannot ${purpose}: ${reason}`));
}
