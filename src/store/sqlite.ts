/** The store in one SQLite file, or in memory. One process at a time may have the file. */
import { openConversations } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { openEvents } from "./events.ts";
import { openFolders } from "./folders.ts";
import { openItems } from "./items.ts";
import { migrate, versionOf } from "./migrations.ts";
import { openProcesses } from "./processes.ts";
import { openResponses } from "./responses.ts";
import type { Bounds, Store } from "./store.ts";
import { openSweep } from "./sweep.ts";
import { openUsage } from "./usage.ts";

export interface StoreOptions {
  /** The file, which is made where it is not there; null keeps everything in memory. */
  readonly path: string | null;
  readonly bounds: Bounds;
  /** Seconds since 1970; the clock's by default. */
  readonly now?: () => number;
}

/**
 * Opens the store and brings an older file to the newest form.
 *
 * @throws {StoreError} when another process has the file, when it is damaged, of another program or
 * of a newer Chaski, or cannot be read and written
 */
export function openStore({ path, bounds, now = clock }: StoreOptions): Store {
  if (path !== null) makePrivate(path);
  const db = openDatabase(path ?? ":memory:");
  try {
    prepare(db);
    migrate(db);
    return {
      responses: openResponses(db),
      events: openEvents(db),
      conversations: openConversations(db, now),
      usage: openUsage(db),
      processes: openProcesses(db),
      folders: openFolders(db),
      items: openItems(db),
      sweep: openSweep(db, bounds, now),
      close: db.close,
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function clock(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * The lock is held until the end: another process would fail this one's running responses as left
 * over. With it a wait inside a request, which would block all others, cannot come up either.
 * `auto_vacuum` counts only before the first table, and `locking_mode` before the first look.
 */
function prepare(db: Database): void {
  db.exec("PRAGMA locking_mode = EXCLUSIVE");
  // What is not ours is refused before anything of it is changed.
  versionOf(db);
  db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec("PRAGMA journal_mode = WAL");
  // A killed process loses nothing; a power cut loses the last moments and damages nothing.
  db.exec("PRAGMA synchronous = NORMAL");
  // A root that may only be read has no place for temporary files.
  db.exec("PRAGMA temp_store = MEMORY");
  db.exec("PRAGMA journal_size_limit = 16777216");
  db.transaction(() => {});
}

/** SQLite gives its further files the mode of the first one. */
function makePrivate(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch {
    // It is there, or cannot be made, which SQLite says better.
    try {
      if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o600);
    } catch {
      // It belongs to somebody else, who has chosen its mode.
    }
  }
}
