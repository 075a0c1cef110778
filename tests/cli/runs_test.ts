import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { keepRuns } from "../../src/cli/runs.ts";
import { recordingLog } from "./recording_log.ts";
import { storeFile } from "../store/store_file.ts";

const EXIT = { code: 1, signal: null };
const ID = "tiny:Q8_0";

Deno.test("`keepRuns()` remembers a process for as long as it runs", () => {
  using file = storeFile();
  const store = file.open();
  const log = recordingLog();
  const run = keepRuns(store.processes, null, log).of(ID);
  run.onStart({ pid: 4711, mark: "m1" });
  assertEquals(store.processes.list().map(({ mark, pid, model }) => [mark, pid, model]), [
    ["m1", 4711, ID],
  ]);
  assert(Math.abs(Date.now() / 1000 - (store.processes.list()[0]?.startedAt ?? 0)) < 600);
  run.onLine("ready");
  run.onExit({ mark: "m1", exit: EXIT, lines: ["ready"] });
  assertEquals(store.processes.list(), []);
  assertEquals(log.lines, [`info llama-server 4711 loads ${ID}`, `debug ${ID}: ready`]);
  store.close();
});

Deno.test("`keepRuns()` writes the output into the data directory, and gives its end once", () => {
  using file = storeFile();
  const store = file.open();
  const runs = keepRuns(store.processes, file.folder, recordingLog());
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  const run = runs.of(ID);
  run.onStart({ pid: 4711, mark: "m1" });
  for (const line of lines) run.onLine(line);
  run.onExit({ mark: "m1", exit: EXIT, lines });
  const log_file = join(file.folder, "logs", "tiny-Q8_0.log");
  assertEquals(Deno.readTextFileSync(log_file), lines.join("\n") + "\n");
  assertEquals(runs.takeWords("other"), {});
  assertEquals(runs.takeWords(ID), { tail: lines.slice(-20), log_file });
  assertEquals(runs.takeWords(ID), {});
  store.close();
});

Deno.test("`keepRuns()` only warns where the store or the folder fails", () => {
  using file = storeFile();
  const store = file.open();
  store.close();
  const log = recordingLog();
  const runs = keepRuns(store.processes, join(file.path, "no-folder"), log);
  const run = runs.of(ID);
  run.onStart({ pid: 4711, mark: "m1" });
  run.onLine("ready");
  run.onExit({ mark: "m1", exit: EXIT, lines: ["ready"] });
  assertEquals(runs.takeWords(ID), { tail: ["ready"] });
  const warnings = log.lines.filter((line) => line.startsWith("warn"));
  assertEquals(warnings.length, 3);
  assertMatch(warnings[0] ?? "", /^warn Cannot remember a process: ./);
  assertMatch(warnings[1] ?? "", /^warn Cannot keep the output of tiny:Q8_0: ./);
  assertMatch(warnings[2] ?? "", /^warn Cannot forget a process: ./);
});
