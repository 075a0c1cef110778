/** Takes away what is too old or too much, in steps that hold the process up for some 10 ms. */
import { DROP_CONVERSATION } from "./conversations.ts";
import type { Database, Statement } from "./database.ts";
import { pragma } from "./migrations.ts";
import { DROP_RESPONSE } from "./responses.ts";
import type { Bounds } from "./store.ts";

/** Milliseconds after which a step begins nothing more; what it has begun takes a few others. */
const STEP = 8;

/** Rows that are taken away between two looks at the clock. */
const HANDFUL = 50;

/** Unused pages (of 4 KiB) that are not worth giving back. */
const FEW_PAGES = 250;

/** Pages that are given back between two looks at the clock; each may take a millisecond. */
const SOME_PAGES = 8;

/** One kind of thing with its many parts, which are marked `gone` first and taken away then. */
interface Kind {
  totals: Statement;
  /** Oldest first. */
  oldest: Statement;
  drop: Statement;
  gone: Statement;
  removeParts: readonly Statement[];
  remove: Statement;
}

/**
 * The step; it gives whether there is more to do at once.
 *
 * @param now seconds since 1970
 */
export function openSweep(db: Database, bounds: Bounds, now: () => number): () => boolean {
  // A response that is being made is left alone: its end would have no place.
  const responses = kind(db, {
    table: "responses",
    age: "created_at",
    size: "bytes + event_bytes",
    spared: "AND status NOT IN ('queued', 'in_progress')",
    drop: DROP_RESPONSE,
    parts: ["events WHERE response = ?", "output_items WHERE response = ?"],
  });
  const conversations = kind(db, {
    table: "conversations",
    age: "used_at",
    size: "bytes",
    spared: "",
    drop: DROP_CONVERSATION,
    parts: ["conversation_items WHERE conversation = ?"],
  });
  const usage = usageSweep(db, bounds.usage);
  const giveBack = shortening(db);
  return () => {
    const end = performance.now() + STEP;
    const isTime = () => performance.now() < end;
    const more = db.transaction(() => {
      const left = [responses, conversations].map((kind) => [
        dropOld(kind, bounds, Math.trunc(now()) - bounds.age, isTime),
        removeGone(kind, isTime),
      ]);
      return [...left.flat(), usage()].some((is) => is);
    });
    return more || giveBack(isTime);
  };
}

interface KindWords {
  table: string;
  age: string;
  size: string;
  spared: string;
  drop: string;
  parts: readonly string[];
}

function kind(db: Database, { table, age, size, spared, drop, parts }: KindWords): Kind {
  return {
    totals: db.prepare(
      `SELECT count(*) AS count, total(${size}) AS bytes FROM ${table} WHERE gone = 0`,
    ),
    oldest: db.prepare(
      `SELECT seq, ${age} AS age, ${size} AS bytes FROM ${table} WHERE gone = 0 ${spared} ` +
        `ORDER BY ${age}, seq LIMIT ${HANDFUL}`,
    ),
    drop: db.prepare(drop),
    gone: db.prepare(`SELECT seq FROM ${table} WHERE gone = 1 LIMIT 1`),
    removeParts: parts.map((part) =>
      db.prepare(
        `DELETE FROM ${part.split(" ")[0]} ` +
          `WHERE rowid IN (SELECT rowid FROM ${part} LIMIT ${HANDFUL})`,
      )
    ),
    remove: db.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  };
}

/** Marks what is beyond the bounds as gone. */
function dropOld(kind: Kind, bounds: Bounds, oldest: number, isTime: () => boolean): boolean {
  const totals = kind.totals.get();
  let [count, bytes] = [Number(totals?.["count"]), Number(totals?.["bytes"])];
  const rows = kind.oldest.all();
  for (const row of rows) {
    const isKept = count <= bounds.count && bytes <= bounds.bytes && Number(row["age"]) >= oldest;
    if (isKept) return false;
    if (!isTime()) return true;
    kind.drop.run(row["seq"] ?? null);
    count--;
    bytes -= Number(row["bytes"]);
  }
  return rows.length === HANDFUL;
}

/** Takes the rows of what is gone away. */
function removeGone(kind: Kind, isTime: () => boolean): boolean {
  for (let row = kind.gone.get(); row !== null; row = kind.gone.get()) {
    const seq = row["seq"] ?? null;
    for (const part of kind.removeParts) {
      do {
        if (!isTime()) return true;
      } while (part.run(seq) > 0);
    }
    kind.remove.run(seq);
  }
  return false;
}

/** Rows are numbered without gaps but for those taken away, so their count needs no counting. */
function usageSweep(db: Database, bound: number): () => boolean {
  const first = db.prepare("SELECT min(seq) AS seq FROM usage");
  const last = db.prepare("SELECT max(seq) AS seq FROM usage");
  const remove = db.prepare("DELETE FROM usage WHERE seq < ?");
  return () => {
    const from = Number(first.get()?.["seq"]);
    const keep = Number(last.get()?.["seq"]) - bound + 1;
    const step = Math.min(keep, from + 20 * HANDFUL);
    if (step > from) remove.run(step);
    return keep > step;
  };
}

/** Shortens the file once an eighth of it is unused; less than that is used again. */
function shortening(db: Database): (isTime: () => boolean) => boolean {
  const shorten = db.prepare(`PRAGMA incremental_vacuum(${SOME_PAGES})`);
  return (isTime) => {
    for (let free = pragma(db, "freelist_count"), before = Infinity; free < before;) {
      if (free < FEW_PAGES || free * 8 < pragma(db, "page_count")) return false;
      if (!isTime()) return true;
      // The pragma takes one page for each row that is asked for.
      shorten.all();
      [before, free] = [free, pragma(db, "freelist_count")];
    }
    return false;
  };
}
