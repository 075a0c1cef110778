/**
 * The schema, as the steps that led to it. A step that was released is never changed: a change is
 * a new step at the end.
 */
import type { Database } from "./database.ts";
import { StoreError, unusable } from "./store_error.ts";

/** Marks a file as Chaski's: "CHSK". */
const APPLICATION_ID = 0x4348534b;

/**
 * Step n leads from version n to n + 1.
 *
 * What was deleted is marked `gone` and emptied at once; its rows, which can be many, are left to
 * the sweep. The indexes by age hold the sizes, so that sums do not read the texts beside them.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE responses (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    model TEXT NOT NULL,
    status TEXT NOT NULL,
    previous_id TEXT,
    conversation_id TEXT,
    background INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    event_bytes INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    input TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX responses_by_age
    ON responses (created_at, seq, status, bytes, event_bytes) WHERE gone = 0;
  CREATE INDEX responses_gone ON responses (seq) WHERE gone = 1;
  CREATE INDEX responses_unfinished ON responses (seq) WHERE status IN ('queued', 'in_progress');

  CREATE TABLE events (
    response INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_number ON events (response, last);

  CREATE TABLE conversations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    metadata TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conversations_by_age ON conversations (used_at, seq, bytes) WHERE gone = 0;
  CREATE INDEX conversations_gone ON conversations (seq) WHERE gone = 1;

  CREATE TABLE conversation_items (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    id TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX conversation_items_in_order ON conversation_items (conversation, position);
  CREATE INDEX conversation_items_by_id ON conversation_items (conversation, id);

  CREATE TABLE usage (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    route TEXT NOT NULL,
    model TEXT,
    owner TEXT,
    status INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    input_tokens INTEGER,
    cached_tokens INTEGER,
    output_tokens INTEGER,
    first_event_ms INTEGER,
    total_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX usage_by_time ON usage (at);
  `,
  `
  CREATE TABLE output_items (
    response INTEGER NOT NULL,
    owner TEXT NOT NULL,
    id TEXT NOT NULL
  ) STRICT;
  INSERT INTO output_items (response, owner, id)
    SELECT seq, owner, json_extract(item, '$.id') FROM (
      SELECT seq, owner, CASE type WHEN 'object' THEN value ELSE '{}' END AS item
      FROM responses
        JOIN json_each(CASE WHEN json_valid(text) THEN text ELSE '{}' END, '$.output')
      WHERE gone = 0
    ) WHERE json_type(item, '$.id') = 'text';
  CREATE INDEX output_items_by_response ON output_items (response);
  CREATE INDEX output_items_by_id ON output_items (id, owner, response);

  DROP INDEX conversation_items_by_id;
  ALTER TABLE conversation_items ADD COLUMN owner TEXT NOT NULL DEFAULT '';
  UPDATE conversation_items SET owner = conversations.owner
    FROM conversations WHERE conversations.seq = conversation;
  CREATE INDEX conversation_items_by_id ON conversation_items (id, owner, conversation);
  `,
  `
  CREATE TABLE processes (
    mark TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    model TEXT NOT NULL
  ) STRICT;

  CREATE TABLE folders (
    path TEXT PRIMARY KEY,
    added_at INTEGER NOT NULL
  ) STRICT;
  `,
];

/** Brings a database to the newest version, all steps or none. Throws as `versionOf()` does. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = versionOf(db, migrations);
  if (version === migrations.length) return;
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/**
 * The version of a database's schema, 0 for an empty one. It changes nothing.
 *
 * @throws {StoreError} when the file belongs to another program or to a newer Chaski
 */
export function versionOf(db: Database, migrations: readonly string[] = MIGRATIONS): number {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const isNew = version === 0 && owner === 0 && isEmpty(db);
  if (!isNew && owner !== APPLICATION_ID) throw new StoreError(unusable(db.path));
  if (version <= migrations.length) return version;
  throw new StoreError(
    `Cannot use ${db.path}: a newer Chaski has written it (schema ${version}, this one knows ` +
      `${migrations.length}). Start that newer one, or choose another folder with --data-dir.`,
  );
}

function isEmpty(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null;
}

/** A number that SQLite keeps about the database. */
export function pragma(db: Database, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
