/** Processes that Chaski has started, in SQLite. */
import type { Database, Row } from "./database.ts";
import type { LocalProcess, Processes } from "./local.ts";

/** Rows that one call gives at most. */
const MOST = 1_000;

/** Characters of a model's name. */
const LONGEST_NAME = 256;

export function openProcesses(db: Database): Processes {
  const put = db.prepare(
    "INSERT OR REPLACE INTO processes (mark, pid, started_at, model) VALUES (?, ?, ?, ?)",
  );
  const remove = db.prepare("DELETE FROM processes WHERE mark = ?");
  const list = db.prepare(
    `SELECT mark, pid, started_at, model FROM processes ORDER BY started_at, mark LIMIT ${MOST}`,
  );
  return {
    put({ mark, pid, startedAt, model }) {
      put.run(mark, pid, Math.trunc(startedAt), model.slice(0, LONGEST_NAME));
    },
    remove: (mark) => remove.run(mark) > 0,
    list: () => list.all().map(processOf),
  };
}

function processOf(row: Row): LocalProcess {
  return {
    mark: String(row["mark"]),
    pid: Number(row["pid"]),
    startedAt: Number(row["started_at"]),
    model: String(row["model"]),
  };
}
