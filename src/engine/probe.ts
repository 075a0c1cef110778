/** What a llama-server is able to do, learned by asking its program. */

import type { Env } from "../config/locations.ts";
import { type Device, parseDevices } from "./devices.ts";
import { EngineError } from "./error.ts";
import { HEAD, isForeign } from "./executable.ts";
import { FOREIGN } from "./failure.ts";
import { type EngineOption, parseHelp } from "./help.ts";
import { ELSEWHERE, runEngine, type RunInput } from "./run.ts";
import { type EngineVersion, parseVersion } from "./version.ts";

/** A llama-server that can be run. */
export interface Engine {
  path: string;
  version: EngineVersion;
  /** Whether it has the option, by any of its names; with a value: whether it lists that one. */
  supports(flag: string, value?: string): boolean;
  /** The variable that stands for the option, null where there is none. */
  env(flag: string): string | null;
}

/** Milliseconds. It takes 50; a GPU's driver that wakes up takes some seconds. */
const PATIENCE = 20_000;

/** What asking needs from outside. */
export interface ProbeInput {
  env: Env;
  /** Milliseconds for each question. */
  patience?: number;
}

const known = new Map<string, Promise<Engine>>();

/**
 * Asks the program for its version and its options, once as long as the file stays as it is.
 *
 * @throws {EngineError}
 */
export async function probeEngine(path: string, input: ProbeInput): Promise<Engine> {
  const info = await Deno.stat(path).catch(() => null);
  if (info === null) throw new EngineError(path, "there is no such file");
  const key = `${path}\0${info.size}\0${info.mtime?.getTime()}`;
  const probing = known.get(key) ?? probe(path, withPatience(input));
  known.set(key, probing);
  // What failed may be mended by a library that is installed.
  probing.catch(() => known.delete(key));
  return await probing;
}

/** The devices that it sees now; none where it computes on the CPU alone. Never remembered. */
export async function listDevices(engine: Engine, input: ProbeInput): Promise<Device[]> {
  if (!engine.supports("--list-devices")) return [];
  return parseDevices(await runEngine(engine.path, ["--list-devices"], withPatience(input)));
}

function withPatience({ env, patience = PATIENCE }: ProbeInput): RunInput {
  return { env, patience };
}

async function probe(path: string, input: RunInput): Promise<Engine> {
  if (isForeign(await headOf(path), Deno.build)) throw new EngineError(path, FOREIGN, ELSEWHERE);
  const version = parseVersion(await runEngine(path, ["--version"], input));
  if (version === null) {
    throw new EngineError(path, "it does not say a version, so it is none");
  }
  return toEngine(path, version, parseHelp(await runEngine(path, ["--help"], input)));
}

/** Empty where it cannot be read: what cannot be read may be executed all the same. */
async function headOf(path: string): Promise<Uint8Array> {
  try {
    using file = await Deno.open(path);
    const head = new Uint8Array(HEAD);
    return head.subarray(0, await file.read(head) ?? 0);
  } catch {
    return new Uint8Array(0);
  }
}

/** The engine by what it said. Pure. */
export function toEngine(
  path: string,
  version: EngineVersion,
  options: readonly EngineOption[],
): Engine {
  const byName = new Map(options.flatMap((option) => option.names.map((name) => [name, option])));
  return {
    path,
    version,
    supports(flag, value) {
      const option = byName.get(flag);
      return option !== undefined && (value === undefined || option.values.includes(value));
    },
    env: (flag) => byName.get(flag)?.env ?? null,
  };
}
