/** The account of requests in SQLite. */
import type { Database, Row, Value } from "./database.ts";
import type { Usage, UsageRow, UsageSum } from "./store.ts";

/** Rows that one call gives at most. */
const MOST = 1_000;

/** Characters of a name; what is longer comes from a hostile client. */
const LONGEST_NAME = 256;

/** Larger figures are mistakes; sums of this many stay exact. */
const LARGEST = 2 ** 41;

const COLUMNS = "at, request_id, route, model, owner, status, outcome, input_tokens, " +
  "cached_tokens, output_tokens, first_event_ms, total_ms";

export function openUsage(db: Database): Usage {
  const insert = db.prepare(
    `INSERT INTO usage (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const recent = db.prepare(`SELECT ${COLUMNS} FROM usage ORDER BY seq DESC LIMIT ?`);
  const sums = { model: sumsBy(db, "model"), owner: sumsBy(db, "owner") };
  return {
    record(row) {
      insert.run(
        ...[whole(row.at), name(row.requestId), name(row.route), name(row.model), name(row.owner)],
        ...[whole(row.status), name(row.outcome), whole(row.inputTokens), whole(row.cachedTokens)],
        ...[whole(row.outputTokens), whole(row.firstEventMs), whole(row.totalMs)],
      );
    },
    recent: (limit) => recent.all(Math.max(0, Math.min(MOST, Math.trunc(limit) || 0))).map(usageOf),
    sums: (by, since) => sums[by].all(since).map(sumOf),
  };
}

function sumsBy(db: Database, column: "model" | "owner") {
  return db.prepare(
    `SELECT ${column} AS key, count(*) AS requests, total(input_tokens) AS input, ` +
      "total(cached_tokens) AS cached, total(output_tokens) AS output, total(total_ms) AS ms " +
      `FROM usage WHERE at >= ? GROUP BY ${column} ORDER BY requests DESC, key LIMIT ${MOST}`,
  );
}

function name(text: string): string;
function name(text: string | null): string | null;
function name(text: string | null): string | null {
  return text === null ? null : text.slice(0, LONGEST_NAME);
}

function whole(figure: number | null): Value {
  return figure === null ? null : Math.max(0, Math.min(LARGEST, Math.round(figure) || 0));
}

function usageOf(row: Row): UsageRow {
  return {
    at: Number(row["at"]),
    requestId: String(row["request_id"]),
    route: String(row["route"]),
    model: row["model"] as string | null,
    owner: row["owner"] as string | null,
    status: Number(row["status"]),
    outcome: String(row["outcome"]),
    inputTokens: row["input_tokens"] as number | null,
    cachedTokens: row["cached_tokens"] as number | null,
    outputTokens: row["output_tokens"] as number | null,
    firstEventMs: row["first_event_ms"] as number | null,
    totalMs: Number(row["total_ms"]),
  };
}

function sumOf(row: Row): UsageSum {
  return {
    key: row["key"] as string | null,
    requests: Number(row["requests"]),
    inputTokens: Number(row["input"]),
    cachedTokens: Number(row["cached"]),
    outputTokens: Number(row["output"]),
    totalMs: Number(row["ms"]),
  };
}
