import { isSince } from "../clients/version.ts";
import type { Client, Row } from "./client.ts";

/** One run: a row with one version of its client. */
export interface Cell {
  readonly client: Client;
  readonly row: Row;
  readonly version: string;
}

/** Every cell of a client that its scenarios ask for and whose description matches; row by row. */
export function chooseCells(client: Client, pattern: RegExp): Cell[] {
  const { rows, versions } = client;
  return rows.flatMap((row) =>
    versions.filter((version) => row.since === null || isSince(version, row.since))
      .map((version) => ({ client, row, version }))
  ).filter((cell) => pattern.test(describe(cell)));
}

/** A cell in words: scenario, upstream, client. */
export function describe({ client, row, version }: Cell): string {
  return `${row.name}, ${row.upstream}, ${client.name} ${version}`;
}
