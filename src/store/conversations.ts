/** Conversations in SQLite. */
import { openConversationItems } from "./conversation_items.ts";
import type { Database, Row } from "./database.ts";
import { StoreError } from "./store_error.ts";
import type { Conversation, Conversations } from "./store.ts";

/** Takes a conversation away at once; the rows of its items go with the sweep. */
export const DROP_CONVERSATION =
  "UPDATE conversations SET gone = 1, bytes = 0, metadata = '' WHERE seq = ?";

/** Seconds after which a use is written down again: reading should not write each time. */
const USE_GRAIN = 3_600;

/** @param now seconds since 1970 */
export function openConversations(db: Database, now: () => number): Conversations {
  const insert = db.prepare(
    "INSERT INTO conversations (id, owner, created_at, used_at, bytes, metadata) " +
      "VALUES (?, ?, ?, ?, 0, ?) RETURNING seq",
  );
  const known = db.prepare("SELECT 1 FROM conversations WHERE id = ?");
  const find = db.prepare(
    "SELECT seq, id, owner, created_at, used_at, metadata FROM conversations " +
      "WHERE id = ? AND owner = ? AND gone = 0",
  );
  const use = db.prepare("UPDATE conversations SET used_at = ? WHERE seq = ?");
  const update = db.prepare("UPDATE conversations SET metadata = ? WHERE seq = ?");
  const drop = db.prepare(DROP_CONVERSATION);
  const items = openConversationItems(db);
  /** Does it to the conversation, which counts as a use; `none` where there is none. */
  const using = <T>(id: string, owner: string, none: T, work: (seq: number, row: Row) => T): T => {
    const row = find.get(id, owner);
    if (row === null) return none;
    const seq = Number(row["seq"]);
    const time = Math.trunc(now());
    if (time - Number(row["used_at"]) >= USE_GRAIN) use.run(time, seq);
    return work(seq, row);
  };
  return {
    create({ id, owner, createdAt, metadata }, first) {
      if (known.get(id)) throw new StoreError(`Cannot keep ${id}: it is there.`);
      db.transaction(() => {
        const row = insert.get(id, owner, Math.trunc(createdAt), Math.trunc(now()), metadata);
        items.append(Number(row?.["seq"]), first);
      });
    },
    get: (id, owner) => using(id, owner, null, (_, row) => conversationOf(row)),
    update: (id, owner, metadata) =>
      using(id, owner, false, (seq) => update.run(metadata, seq) > 0),
    delete: (id, owner) => using(id, owner, false, (seq) => drop.run(seq) > 0),
    append: (id, owner, more) =>
      using(id, owner, false, (seq) => {
        db.transaction(() => items.append(seq, more));
        return true;
      }),
    page: (id, owner, query) => using(id, owner, null, (seq) => items.page(seq, query)),
    item: (id, owner, itemId) => using(id, owner, null, (seq) => items.get(seq, itemId)),
    deleteItem: (id, owner, itemId) =>
      using(id, owner, false, (seq) => db.transaction(() => items.delete(seq, itemId))),
  };
}

function conversationOf(row: Row): Conversation {
  return {
    id: String(row["id"]),
    owner: String(row["owner"]),
    createdAt: Number(row["created_at"]),
    metadata: String(row["metadata"]),
  };
}
