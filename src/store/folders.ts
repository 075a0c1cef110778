/** Folders with models that were named while Chaski ran, in SQLite. */
import type { Database } from "./database.ts";
import type { Folders } from "./local.ts";

/** Each is searched over and over. */
const MOST = 64;

export function openFolders(db: Database): Folders {
  const count = db.prepare("SELECT count(*) AS count FROM folders");
  const known = db.prepare("SELECT 1 FROM folders WHERE path = ?");
  const insert = db.prepare("INSERT INTO folders (path, added_at) VALUES (?, ?)");
  const remove = db.prepare("DELETE FROM folders WHERE path = ?");
  const list = db.prepare("SELECT path, added_at FROM folders ORDER BY rowid");
  return {
    add({ path, addedAt }) {
      if (known.get(path) !== null) return false;
      if (Number(count.get()?.["count"]) >= MOST) return "too many";
      return insert.run(path, Math.trunc(addedAt)) > 0;
    },
    remove: (path) => remove.run(path) > 0,
    list: () =>
      list.all().map((row) => ({ path: String(row["path"]), addedAt: Number(row["added_at"]) })),
  };
}
