import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/store/database.ts";
import { migrate, MIGRATIONS } from "../../src/store/migrations.ts";
import { ANN, item, response } from "./samples.ts";
import { type StoreFile, storeFile } from "./store_file.ts";

function indexed(file: StoreFile): unknown[] {
  const db = new DatabaseSync(file.path);
  const rows = db.prepare("SELECT id FROM output_items ORDER BY id").all();
  db.close();
  return rows.map(({ id }) => id);
}

Deno.test("the sweep takes the rows of an output away", () => {
  using file = storeFile();
  const store = file.open();
  for (const id of ["resp_1", "resp_2"]) store.responses.put(response(id));
  store.responses.delete("resp_1", ANN);
  while (store.sweep());
  store.close();
  assertEquals(indexed(file), ["out_resp_2"]);
});

Deno.test("an older file's outputs and conversations are found by their items", () => {
  using file = storeFile();
  const db = openDatabase(file.path);
  migrate(db, MIGRATIONS.slice(0, 1));
  const insert = db.prepare(
    "INSERT INTO responses (id, owner, created_at, model, status, background, bytes, gone, " +
      "input, text) VALUES (?, ?, 1, 'm', 'completed', 0, 9, ?, '[]', ?)",
  );
  const old = JSON.stringify({
    output: [{ id: "a" }, null, 7, "x", { id: 7 }, { id: { id: "y" } }, [], { id: "b é" }],
  });
  for (const [at, text] of [old, "{", "7", '{"output":"x"}', '{"output":{"id":"z"}}'].entries()) {
    insert.run(`resp_${at}`, ANN, 0, text);
  }
  insert.run("resp_gone", ANN, 1, "");
  db.exec(
    "INSERT INTO conversations (id, owner, created_at, used_at, bytes, metadata) " +
      `VALUES ('conv_1', '${ANN}', 1, 1, 9, '{}')`,
  );
  db.prepare("INSERT INTO conversation_items (conversation, id, text) VALUES (1, 'c', ?)")
    .run(item("c").text);
  db.close();
  const store = file.open();
  assertEquals(store.items(["a", "b é", "c", "y", "z"], ANN, 1_000), [
    { id: "a", text: '{"id":"a"}' },
    { id: "b é", text: '{"id":"b é"}' },
    ...[item("c"), null, null],
  ]);
  store.close();
  assertEquals(indexed(file), ["a", "b é"]);
});
