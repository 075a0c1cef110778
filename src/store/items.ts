/** Items of all kinds by their ids alone. */
import type { Database, Row } from "./database.ts";
import { responseOfInput } from "./input_ids.ts";
import { outputOf } from "./output_items.ts";
import { unpacked } from "./responses.ts";
import type { Item, Store } from "./store.ts";

/** An owner's twins that are looked at: any number of them may be gone and not yet swept. */
const TWINS = 100;

/** A text that holds an item, maybe among others. */
interface Source {
  /** Names the text among all. */
  readonly key: string;
  readonly bytes: number;
  /** Its items; of twins the later one counts. */
  read(): readonly { id: string | null; text: string }[];
}

type Lookup = (id: string, owner: string) => Source | null;

export function openItems(db: Database): Store["items"] {
  const lookups = [outputs(db), inputs(db), inConversations(db)];
  return (ids, owner, bytes) => {
    const sources = new Map<string, { source: Source; ids: Set<string> }>();
    let left = bytes;
    for (const id of new Set(ids)) {
      const source = first(lookups, id, owner);
      if (source === null) continue;
      const known = sources.get(source.key);
      known?.ids.add(id);
      if (known !== undefined) continue;
      left -= source.bytes;
      if (left < 0) return "too much";
      sources.set(source.key, { source, ids: new Set([id]) });
    }
    const found = new Map<string, Item>();
    for (const { source, ids } of sources.values()) {
      for (const { id, text } of source.read()) {
        if (id !== null && ids.has(id)) found.set(id, { id, text });
      }
    }
    return ids.map((id) => found.get(id) ?? null);
  };
}

function first(lookups: readonly Lookup[], id: string, owner: string): Source | null {
  for (const lookup of lookups) {
    const source = lookup(id, owner);
    if (source !== null) return source;
  }
  return null;
}

function outputs(db: Database): Lookup {
  const find = db.prepare(
    "SELECT seq, octet_length(text) AS bytes FROM responses WHERE seq IN " +
      "(SELECT response FROM output_items WHERE id = ? AND owner = ? " +
      `ORDER BY response DESC LIMIT ${TWINS}) AND gone = 0 ORDER BY seq DESC LIMIT 1`,
  );
  const select = db.prepare("SELECT text FROM responses WHERE seq = ?");
  return (id, owner) =>
    sourceOf(find.get(id, owner), "output", (seq) => outputOf(String(select.get(seq)?.["text"])));
}

function inputs(db: Database): Lookup {
  const find = db.prepare(
    "SELECT seq, octet_length(input) AS bytes FROM responses " +
      "WHERE id = ? AND owner = ? AND gone = 0",
  );
  const select = db.prepare("SELECT input FROM responses WHERE seq = ?");
  return (id, owner) => {
    const response = responseOfInput(id);
    const row = response === null ? null : find.get(response, owner);
    return sourceOf(row, "input", (seq) => unpacked(select.get(seq)?.["input"]));
  };
}

function inConversations(db: Database): Lookup {
  const find = db.prepare(
    "SELECT twin.position AS seq, twin.bytes FROM (SELECT conversation, position, " +
      "octet_length(text) AS bytes FROM conversation_items WHERE id = ? AND owner = ? " +
      `ORDER BY conversation DESC, position DESC LIMIT ${TWINS}) AS twin ` +
      "JOIN conversations ON conversations.seq = twin.conversation " +
      "WHERE gone = 0 ORDER BY twin.conversation DESC, twin.position DESC LIMIT 1",
  );
  const select = db.prepare("SELECT id, text FROM conversation_items WHERE position = ?");
  return (id, owner) =>
    sourceOf(find.get(id, owner), "conversation", (position) => {
      const row = select.get(position);
      return row === null ? [] : [{ id, text: String(row["text"]) }];
    });
}

function sourceOf(
  row: Row | null,
  kind: string,
  read: (seq: number) => ReturnType<Source["read"]>,
): Source | null {
  if (row === null) return null;
  const seq = Number(row["seq"]);
  return { key: `${kind} ${seq}`, bytes: Number(row["bytes"]), read: () => read(seq) };
}
