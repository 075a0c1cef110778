/** Responses in SQLite. The input of a turn is one text, because it is written and read as a whole. */
import { Buffer } from "node:buffer";
import type { Database, Row } from "./database.ts";
import { openOutputItems, outputOf } from "./output_items.ts";
import { pageOf } from "./page.ts";
import { StoreError } from "./store_error.ts";
import type { Item, Responses, ResponseStatus, StoredResponse, Turn } from "./store.ts";

/** Empties a response at once; its rows go with the sweep. */
export const DROP_RESPONSE =
  "UPDATE responses SET gone = 1, status = 'cancelled', bytes = 0, event_bytes = 0, " +
  "input = '[]', text = '' WHERE seq = ?";

const OWN = "FROM responses WHERE id = ? AND owner = ? AND gone = 0";

export function openResponses(db: Database): Responses {
  const insert = db.prepare(
    "INSERT INTO responses (id, owner, created_at, model, status, previous_id, conversation_id, " +
      "background, bytes, input, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
  );
  const known = db.prepare("SELECT 1 FROM responses WHERE id = ?");
  const update = db.prepare(
    "UPDATE responses SET status = ?, text = ?, " +
      "bytes = ? + octet_length(input) WHERE id = ? AND gone = 0 RETURNING seq",
  );
  const select = db.prepare(
    "SELECT id, owner, created_at, model, status, previous_id, conversation_id, background, " +
      `text ${OWN}`,
  );
  const place = db.prepare(`SELECT seq ${OWN}`);
  const drop = db.prepare(DROP_RESPONSE);
  const input = db.prepare(`SELECT input ${OWN}`);
  const outputs = openOutputItems(db);
  return {
    put(response) {
      if (known.get(response.id)) throw new StoreError(`Cannot keep ${response.id}: it is there.`);
      const items = packed(response.input);
      db.transaction(() => {
        const row = insert.get(
          ...[response.id, response.owner, Math.trunc(response.createdAt), response.model],
          ...[response.status, response.previousId, response.conversationId],
          ...[Number(response.background), size(response.text) + size(items), items, response.text],
        );
        outputs.add(Number(row?.["seq"]), response.text);
      });
    },
    replace: (id, { status, text }) =>
      db.transaction(() => {
        const row = update.get(status, text, size(text), id);
        if (row !== null) outputs.replace(Number(row["seq"]), text);
        return row !== null;
      }),
    get(id, owner) {
      const row = select.get(id, owner);
      return row && responseOf(row);
    },
    delete(id, owner) {
      const row = place.get(id, owner);
      return row !== null && drop.run(row["seq"] ?? null) > 0;
    },
    page(id, owner, query) {
      const row = input.get(id, owner);
      return row && pageOf(unpacked(row["input"]), query);
    },
    history: historyIn(db),
    failUnfinished: failUnfinishedIn(db),
  };
}

function responseOf(row: Row): StoredResponse {
  return {
    id: String(row["id"]),
    owner: String(row["owner"]),
    createdAt: Number(row["created_at"]),
    model: String(row["model"]),
    status: row["status"] as ResponseStatus,
    previousId: row["previous_id"] as string | null,
    conversationId: row["conversation_id"] as string | null,
    background: row["background"] === 1,
    text: String(row["text"]),
  };
}

function historyIn(db: Database): Responses["history"] {
  const link = db.prepare(`SELECT seq, previous_id, bytes ${OWN}`);
  const turn = db.prepare("SELECT id, input, text FROM responses WHERE seq = ?");
  return (id, owner, { turns, bytes }) => {
    const places: number[] = [];
    let left = bytes;
    for (let next: string | null = id; next !== null;) {
      const row: Row | null = link.get(next, owner);
      if (row === null) return null;
      left -= Number(row["bytes"]);
      if (left < 0 || places.length >= turns) return "too long";
      places.push(Number(row["seq"]));
      next = row["previous_id"] as string | null;
    }
    return places.reverse().flatMap((seq) => {
      const row = turn.get(seq);
      return row ? [turnOf(row)] : [];
    });
  };
}

function turnOf({ id, input, text }: Row): Turn {
  const output = outputOf(String(text)).map((item) => item.text);
  return { id: String(id), input: unpacked(input), output };
}

function failUnfinishedIn(db: Database): Responses["failUnfinished"] {
  const unfinished = db.prepare(
    "SELECT seq, id FROM responses WHERE status IN ('queued', 'in_progress') ORDER BY seq",
  );
  const text = db.prepare("SELECT text FROM responses WHERE seq = ?");
  const fail = db.prepare(
    "UPDATE responses SET status = 'failed', text = ?, bytes = ? + octet_length(input) " +
      "WHERE seq = ?",
  );
  const outputs = openOutputItems(db);
  return (edit) =>
    db.transaction(() =>
      unfinished.all().map(({ seq = null, id }) => {
        const failed = edit(String(text.get(seq)?.["text"]));
        fail.run(failed, size(failed), seq);
        outputs.replace(Number(seq), failed);
        return String(id);
      })
    );
}

/** Ids and texts in turn, as one JSON array of strings: it gives every text back as it was. */
function packed(items: readonly Item[]): string {
  return JSON.stringify(items.flatMap(({ id, text }) => [id, text]));
}

/** The items of an input as it stands in its column. */
export function unpacked(text: unknown): Item[] {
  const parts: string[] = JSON.parse(String(text));
  const items: Item[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    items.push({ id: parts[at] ?? "", text: parts[at + 1] ?? "" });
  }
  return items;
}

function size(text: string): number {
  return Buffer.byteLength(text);
}
