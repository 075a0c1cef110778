/** Which response said an item: a row for each item of an output. */
import type { Database } from "./database.ts";

/** What can be done for a response, which is named by its `seq`. */
export interface OutputItems {
  /** Notes the items of a response object. */
  add(response: number, text: string): void;
  /** Notes them in place of those of an earlier state. */
  replace(response: number, text: string): void;
}

/** The caller wraps what writes into a transaction. */
export function openOutputItems(db: Database): OutputItems {
  const insert = db.prepare(
    "INSERT INTO output_items (response, owner, id) " +
      "SELECT seq, owner, ? FROM responses WHERE seq = ?",
  );
  const remove = db.prepare("DELETE FROM output_items WHERE response = ?");
  const add = (response: number, text: string) => {
    for (const { id } of outputOf(text)) if (id !== null) insert.run(id, response);
  };
  return {
    add,
    replace(response, text) {
      remove.run(response);
      add(response, text);
    },
  };
}

/** An item of an output; an id that is no text is none. */
export interface OutputItem {
  readonly id: string | null;
  /** JSON. */
  readonly text: string;
}

/** The items of a response object; none where it is no such object. */
export function outputOf(text: string): OutputItem[] {
  const output = objectIn(text)?.["output"];
  if (!Array.isArray(output)) return [];
  return output.map((item: { id?: unknown } | null) => {
    const id = item?.id;
    return { id: typeof id === "string" ? id : null, text: JSON.stringify(item) };
  });
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
