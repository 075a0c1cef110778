import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/store/database.ts";
import { migrate, MIGRATIONS, pragma } from "../../src/store/migrations.ts";
import { StoreError } from "../../src/store/store_error.ts";
import { ANN, response } from "./samples.ts";
import { type StoreFile, storeFile } from "./store_file.ts";

/** Does something to the file with SQLite itself. */
function edit(file: StoreFile, ...sql: string[]): void {
  const db = new DatabaseSync(file.path);
  for (const each of sql) db.exec(each);
  db.close();
}

function filled(file: StoreFile, count = 200): void {
  const store = file.open();
  const text = JSON.stringify("x".repeat(5_000));
  for (let at = 0; at < count; at++) store.responses.put(response(`resp_${at}`, { text }));
  store.close();
}

Deno.test("`openStore()` keeps its files to their owner, and closes without a rest", () => {
  using file = storeFile();
  Deno.writeTextFileSync(file.path, "");
  Deno.chmodSync(file.path, 0o644);
  const store = file.open();
  store.responses.put(response("resp_1"));
  const modes = [...Deno.readDirSync(file.folder)].map(({ name }) =>
    (Deno.statSync(`${file.folder}/${name}`).mode ?? 0) & 0o777
  );
  if (Deno.build.os !== "windows") assertEquals(modes, [0o600, 0o600]);
  store.close();
  assertEquals([...Deno.readDirSync(file.folder)].map(({ name }) => name), ["chaski.db"]);
  const again = file.open();
  assertEquals(again.responses.get("resp_1", ANN)?.id, "resp_1");
  again.close();
});

Deno.test("`openStore()` refuses a file that is open already", () => {
  using file = storeFile();
  const store = file.open();
  const start = performance.now();
  assertThrows(() => file.open(), StoreError, "another Chaski is using it. Stop that one, or");
  assert(performance.now() - start < 10_000);
  store.responses.put(response("resp_1"));
  store.close();
  file.open().close();
});

const WRONG: [name: string, spoil: (file: StoreFile) => void][] = [
  ["a text", ({ path }) => Deno.writeTextFileSync(path, "Hello\n".repeat(1000))],
  ["another program's database", (file) => edit(file, "CREATE TABLE t (a)")],
  ["another program's mark", (file) => edit(file, "PRAGMA application_id = 7")],
  ["half of a database", (file) => {
    filled(file);
    Deno.truncateSync(file.path, Deno.statSync(file.path).size / 2);
  }],
  ["a spoiled head", (file) => {
    filled(file);
    overwrite(file, 16, 84);
  }],
  ["a spoiled schema", (file) => {
    filled(file);
    overwrite(file, 100, 3900);
  }],
];

function overwrite({ path }: StoreFile, from: number, length: number): void {
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xa5, from, from + length);
  Deno.writeFileSync(path, bytes);
}

for (const [name, spoil] of WRONG) {
  Deno.test(`\`openStore()\` refuses ${name}, and says what to do`, () => {
    using file = storeFile();
    spoil(file);
    const before = Deno.readFileSync(file.path);
    const error = assertThrows(() => file.open().close(), StoreError);
    assertMatch(error.message, /^Cannot use \S+chaski\.db: it is no database of Chaski, or it is/);
    assertMatch(error.message, /Move it elsewhere, .* and start again/);
    assertEquals(Deno.readFileSync(file.path), before);
  });
}

Deno.test("`openStore()` refuses what is no file that can be written", () => {
  using file = storeFile();
  Deno.mkdirSync(file.path);
  assertThrows(() => file.open(), StoreError, "it is no file that may be read and written");
});

Deno.test("a page that is damaged is told by the verb that meets it", () => {
  using file = storeFile();
  filled(file, 400);
  overwrite(file, 40 * 4096, 300 * 4096);
  const store = file.open();
  let told = "";
  for (let at = 0; at < 400; at++) {
    try {
      const text = store.responses.get(`resp_${at}`, ANN)?.text;
      assert(text === undefined || text.length > 0);
    } catch (error) {
      assert(error instanceof StoreError);
      told = error.message;
    }
  }
  assertMatch(told, /it is damaged\. Move it elsewhere/);
  store.close();
});

Deno.test("`migrate()` brings an older file to the newest form, once", () => {
  using file = storeFile();
  const one = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1), (2)";
  const steps = [
    one,
    "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'n' || x",
    "CREATE TABLE b (z TEXT) STRICT; INSERT INTO b SELECT y FROM a",
  ];
  const db = openDatabase(file.path);
  migrate(db, steps.slice(0, 1));
  assertEquals(pragma(db, "user_version"), 1);
  migrate(db, steps);
  migrate(db, steps);
  assertEquals(pragma(db, "user_version"), 3);
  assertEquals(db.prepare("SELECT z FROM b").all().map(({ z }) => z), ["n1", "n2"]);
  assertThrows(
    () => migrate(db, steps.slice(0, 2)),
    StoreError,
    "a newer Chaski has written it (schema 3, this one knows 2)",
  );
  db.close();
});

Deno.test("`migrate()` leaves the file as it was when a step fails", () => {
  using file = storeFile();
  const db = openDatabase(file.path);
  migrate(db, ["CREATE TABLE a (x)"]);
  const steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "CREATE TABLE a (x)"];
  assertThrows(() => migrate(db, steps), StoreError, "already exists");
  assertEquals(pragma(db, "user_version"), 1);
  assertThrows(() => db.prepare("SELECT * FROM b"), StoreError, "no such table");
  db.close();
});

Deno.test("`openStore()` refuses a file that a newer Chaski has written", () => {
  using file = storeFile();
  filled(file, 1);
  edit(file, `PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  assertThrows(() => file.open(), StoreError, "a newer Chaski has written it");
  edit(file, `PRAGMA user_version = ${MIGRATIONS.length}`);
  const store = file.open();
  assertEquals(store.responses.get("resp_0", ANN)?.id, "resp_0");
  store.close();
});

Deno.test("`sweep()` gives space back to the file system", () => {
  using file = storeFile();
  filled(file, 2_000);
  const full = Deno.statSync(file.path).size;
  const store = file.open({ count: 10 });
  while (store.sweep());
  store.close();
  const empty = Deno.statSync(file.path).size;
  assert(empty < full / 5, `${full} → ${empty}`);
  edit(file, "PRAGMA integrity_check");
});
