/** The items of conversations in SQLite: one row each, because they come and go one by one. */
import { Buffer } from "node:buffer";
import type { Database, Row } from "./database.ts";
import { fitting, PAGE_BYTES, pageLimit, readsBackwards } from "./page.ts";
import type { Item, Page, PageQuery } from "./store.ts";

/** What can be done to the items of a conversation, which is named by its `seq`. */
export interface ConversationItems {
  append(conversation: number, items: readonly Item[]): void;
  page(conversation: number, query: PageQuery): Page | "unknown cursor";
  get(conversation: number, id: string): Item | null;
  delete(conversation: number, id: string): boolean;
}

/** The items of an id in a conversation; the index by id wants their owner. Takes `nameOf()`. */
const NAMED = "FROM conversation_items WHERE conversation = ? AND id = ? " +
  "AND owner = (SELECT owner FROM conversations WHERE seq = ?)";

const nameOf = (conversation: number, id: string) => [conversation, id, conversation] as const;

/** The caller wraps what writes into a transaction. */
export function openConversationItems(db: Database): ConversationItems {
  const insert = db.prepare(
    "INSERT INTO conversation_items (conversation, owner, id, text) " +
      "SELECT seq, owner, ?, ? FROM conversations WHERE seq = ?",
  );
  const grow = db.prepare("UPDATE conversations SET bytes = bytes + ? WHERE seq = ?");
  const select = db.prepare(`SELECT id, text ${NAMED} ORDER BY position LIMIT 1`);
  const size = db.prepare(`SELECT sum(octet_length(text)) AS size ${NAMED}`);
  const remove = db.prepare(`DELETE ${NAMED}`);
  return {
    append(conversation, items) {
      for (const { id, text } of items) insert.run(id, text, conversation);
      const bytes = items.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      grow.run(bytes, conversation);
    },
    page: pageIn(db),
    get(conversation, id) {
      const row = select.get(...nameOf(conversation, id));
      return row && itemOf(row);
    },
    delete(conversation, id) {
      const bytes = Number(size.get(...nameOf(conversation, id))?.["size"] ?? 0);
      if (remove.run(...nameOf(conversation, id)) === 0) return false;
      grow.run(-bytes, conversation);
      return true;
    },
  };
}

/** The same pages as `pageOf()` gives, without reading what is not on them. */
function pageIn(db: Database): ConversationItems["page"] {
  const ends = db.prepare(`SELECT min(position) AS low, max(position) AS high ${NAMED}`);
  const sizes = (direction: "ASC" | "DESC") =>
    db.prepare(
      "SELECT position, octet_length(text) AS size FROM conversation_items " +
        "WHERE conversation = ? AND position > ? AND position < ? " +
        `ORDER BY position ${direction} LIMIT ?`,
    );
  const [up, down] = [sizes("ASC"), sizes("DESC")];
  const select = db.prepare(
    "SELECT id, text FROM conversation_items " +
      "WHERE conversation = ? AND position BETWEEN ? AND ? ORDER BY position",
  );
  const endsOf = (conversation: number, id: string): Ends | null => {
    const row = ends.get(...nameOf(conversation, id));
    return row?.["low"] == null ? null : { low: Number(row["low"]), high: Number(row["high"]) };
  };
  return (conversation, query) => {
    const { after, before, order } = query;
    const left = after === undefined ? OPEN : endsOf(conversation, after);
    const right = before === undefined ? OPEN : endsOf(conversation, before);
    if (left === null || right === null) return "unknown cursor";
    const [{ high: low }, { low: high }] = order === "asc" ? [left, right] : [right, left];
    const near = (order === "asc") !== readsBackwards(query) ? up : down;
    const limit = pageLimit(query);
    const found = near.all(conversation, low, high, limit + 1);
    const some = found.slice(0, limit).map(({ size }) => Number(size));
    const taken = found.slice(0, fitting(some, PAGE_BYTES)).map(({ position }) => Number(position));
    const items = select.all(conversation, Math.min(...taken), Math.max(...taken)).map(itemOf);
    return {
      items: order === "asc" ? items : items.reverse(),
      hasMore: taken.length < found.length,
    };
  };
}

/** The first and the last position of an id. */
interface Ends {
  low: number;
  high: number;
}

/** No cursor: what lies behind its last position and before its first one is everything. */
const OPEN: Ends = { low: Number.MAX_SAFE_INTEGER, high: 0 };

function itemOf(row: Row): Item {
  return { id: String(row["id"]), text: String(row["text"]) };
}
