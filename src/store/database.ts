/**
 * SQLite as the store needs it: prepared statements, plain rows, transactions, one kind of error.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { storeError } from "./store_error.ts";

export type Value = string | number | null;

/** Columns by name; integers are safe ones, because only such are written. */
export type Row = Readonly<Record<string, Value>>;

export interface Statement {
  /** How many rows it changed. */
  run(...values: Value[]): number;
  get(...values: Value[]): Row | null;
  all(...values: Value[]): Row[];
}

/** An open database; every failure is a `StoreError`. */
export interface Database {
  /** The file, or `:memory:`. */
  readonly path: string;
  /** Runs statements without values. */
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** All of it or nothing; not to be nested. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How long to wait for a process that is just giving the file up, in milliseconds. */
const PATIENCE = 500;

/** @param path of the file, which is made where it is not there, or `:memory:` */
export function openDatabase(path: string): Database {
  const sqlite = within(path, () => new DatabaseSync(path, { timeout: PATIENCE }));
  const exec = (sql: string) => within(path, () => sqlite.exec(sql));
  return {
    path,
    exec,
    prepare: (sql) => statement(within(path, () => sqlite.prepare(sql)), path),
    transaction(work) {
      exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        exec("COMMIT");
        return result;
      } catch (error) {
        try {
          sqlite.exec("ROLLBACK");
        } catch {
          // A full disk has rolled back by itself.
        }
        throw error;
      }
    },
    close: () => within(path, () => sqlite.close()),
  };
}

function statement(prepared: StatementSync, path: string): Statement {
  return {
    run: (...values) => within(path, () => Number(prepared.run(...values.map(storable)).changes)),
    get: (...values) => within(path, () => (prepared.get(...values.map(storable)) ?? null) as Row),
    all: (...values) => within(path, () => prepared.all(...values.map(storable)) as Row[]),
  };
}

function within<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw storeError(cause, path);
  }
}

/**
 * UTF-8 has no lone surrogates, and texts are read up to a NUL. JSON writers escape both, so only
 * other texts hold them raw; here they get JSON's escape, which means the same inside JSON.
 */
function storable(value: Value): Value {
  if (typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"))) return value;
  return value.replaceAll(/[\0\p{Surrogate}]/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
