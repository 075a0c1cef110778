/** `chaski models pull`: fetches a model, shows how far it is, and stops when interrupted. */

import { pull } from "../../hub/pull.ts";
import type { Pulled } from "../../hub/pulled.ts";
import { placesOf } from "../../models/places.ts";
import { sizeText } from "../../models/size_text.ts";
import { type Io, printable } from "../io.ts";
import { tellProgress } from "./progress.ts";

/** What the command takes. */
export interface PullOptions {
  json?: true;
}

/** What a shell says of a program that SIGINT ended. */
const INTERRUPTED = 130;

/** Gives the exit code. Throws a sentence where the model cannot be had. */
export async function pullModel(name: string, options: PullOptions, io: Io): Promise<number> {
  const { os, env } = io;
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  const progress = tellProgress({ ...io, now: () => performance.now() });
  Deno.addSignalListener("SIGINT", stop);
  try {
    const pulled = await pull(name, {
      ...{ os, env, places: placesOf({ os, env, folders: [] }) },
      fetch: (url, init) => fetch(url, init),
      signal: interrupt.signal,
      onProgress: progress.tell,
    });
    progress.end();
    io.stdout(options.json ? `${JSON.stringify(pulled, null, 2)}\n` : pulledText(pulled));
    return 0;
  } catch (error) {
    progress.end();
    if (!interrupt.signal.aborted) throw error;
    io.stderr("Interrupted. The same command goes on from here.\n");
    return INTERRUPTED;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

/** The model by a name that all commands take. */
function pulledText({ repository, quant, size, fetched, projector }: Pulled): string {
  const name = printable(quant === null ? repository : `${repository}:${quant}`);
  const what = `${sizeText(size)}${projector === null ? "" : " with its projector"}`;
  return fetched === 0 ? `${name} is there (${what}).\n` : `Pulled ${name} (${what}).\n`;
}
