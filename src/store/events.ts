/** Events of background responses in SQLite. */
import { Buffer } from "node:buffer";
import type { Database } from "./database.ts";
import { fitting } from "./page.ts";
import type { Events } from "./store.ts";

/** Batches that one reading looks at. */
const MOST = 1_000;

export function openEvents(db: Database): Events {
  const place = db.prepare("SELECT seq FROM responses WHERE id = ? AND gone = 0");
  const own = db.prepare("SELECT seq FROM responses WHERE id = ? AND owner = ? AND gone = 0");
  const insert = db.prepare(
    "INSERT INTO events (response, first, last, text) VALUES (?, ?, ?, ?)",
  );
  const grow = db.prepare("UPDATE responses SET event_bytes = event_bytes + ? WHERE seq = ?");
  const sizes = db.prepare(
    "SELECT octet_length(text) AS size FROM events WHERE response = ? AND last >= ? " +
      `ORDER BY last LIMIT ${MOST}`,
  );
  const select = db.prepare(
    "SELECT first, last, text FROM events WHERE response = ? AND last >= ? ORDER BY last LIMIT ?",
  );
  return {
    append: (id, batches) =>
      db.transaction(() => {
        const seq = place.get(id)?.["seq"];
        if (seq === undefined) return false;
        let bytes = 0;
        for (const { first, last, text } of batches) {
          insert.run(seq, first, last, text);
          bytes += Buffer.byteLength(text);
        }
        grow.run(bytes, seq);
        return true;
      }),
    read(id, owner, from, bytes) {
      const seq = own.get(id, owner)?.["seq"];
      if (seq === undefined) return null;
      const found = sizes.all(seq, from).map(({ size }) => Number(size));
      return select.all(seq, from, fitting(found, bytes)).map(({ first, last, text }) => ({
        first: Number(first),
        last: Number(last),
        text: String(text),
      }));
    },
  };
}
