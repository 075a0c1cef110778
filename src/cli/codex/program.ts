/** The real Codex on this machine, and what its version can do. */

import { type Client, type ClientProgram, findProgram } from "../clients/program.ts";
import type { Io } from "../io.ts";
import { CATALOGUE_SINCE, isOlder } from "./provider.ts";

/** Codex as a client of Chaski. */
export const CODEX: Client = {
  name: "Codex",
  word: "codex",
  variable: "CHASKI_CODEX",
  install: "npm install -g @openai/codex",
};

/** Major and minor number of a version. */
export type Release = readonly [number, number];

/** `0.169.0-alpha.1` → `[0, 169]`; null for what is no version. */
export function releaseOf(version: string): Release | null {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})\b/.exec(version) ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor)];
}

/** Whether a Codex fetches a catalogue; one that does not tell its version counts as a new one. */
export function fetchesCatalogue(release: Release | null): boolean {
  return release === null || !isOlder(release, CATALOGUE_SINCE);
}

/** Codex from `CHASKI_CODEX` or the PATH; throws a sentence that says how to get it. */
export function findCodex(io: Pick<Io, "env" | "os">): Promise<ClientProgram> {
  return findProgram(CODEX, io);
}
