/** `chaski doctor codex`: why Codex does not work with Chaski, and how to mend it. */

import { loadConfig } from "../../config/config.ts";
import { baseUrl } from "../clients/place.ts";
import { type Io, printable } from "../io.ts";
import {
  comfortFindings,
  overlaid,
  providerFindings,
  versionFindings,
  viewOf,
} from "./doctor_config.ts";
import { serverFindings } from "./doctor_server.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { type CodexFile, readCodexFile } from "./home.ts";
import { findCodex, releaseOf } from "./program.ts";

/** What the command line may say. */
export interface DoctorOptions {
  /** The name of a profile, which is a file of its own beside `config.toml`. */
  profile?: string;
}

/** Prints a line for each thing it looked at; gives 0 when nothing is a problem, else 1. */
export async function doctorCodex({ profile }: DoctorOptions, io: Io): Promise<number> {
  const findings = [...await programFindings(io), ...await settingsFindings(profile, io)];
  for (const { level, text } of findings) io.stdout(`${level.padEnd(7)} ${printable(text)}\n`);
  return findings.some(({ level }) => level === "problem") ? 1 : 0;
}

async function programFindings(io: Io): Promise<Finding[]> {
  try {
    const { version } = await findCodex(io);
    return versionFindings(version, releaseOf(version));
  } catch (error) {
    return [problem(error instanceof Error ? error.message : String(error))];
  }
}

async function settingsFindings(profile: string | undefined, io: Io): Promise<Finding[]> {
  const base = await readCodexFile(io);
  if (!base.found && (!base.missing || profile === undefined)) return [unreadable(base)];
  const over = profile === undefined ? null : await readCodexFile(io, `${profile}.config.toml`);
  if (over !== null && !over.found) return [unreadable(over)];
  const document = overlaid(base.found ? base.document : {}, over?.document ?? {});
  const view = viewOf(document);
  return [
    ok(`${over?.path ?? base.path} is there`),
    ...providerFindings(view),
    ...comfortFindings(view, io.env),
    ...await serverFindings(view, io.env, await ownUrl(io)),
  ];
}

function unreadable(file: Extract<CodexFile, { found: false }>): Finding {
  const cure = file.missing ? "; run chaski codex config --write" : "; mend it, Codex cannot start";
  return problem(`cannot read ${file.path}: ${file.reason}${cure}`);
}

/** Where Chaski's own settings say that it listens; null when they are wrong themselves. */
async function ownUrl(io: Io): Promise<string | null> {
  try {
    return baseUrl(await loadConfig({ ...io, flags: {} }));
  } catch {
    return null;
  }
}
