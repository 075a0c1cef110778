import { assertEquals } from "@std/assert";
import { holdsMark, listsMark, proofOf } from "../../src/supervise/own_process.ts";
import { type Sleeper, sleeper } from "./sleeper.ts";

const MARK = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b1";
const OTHER = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b2";

Deno.test("`holdsMark()` finds the whole variable and nothing like it", () => {
  const entry = `CHASKI_RUN=${MARK}`;
  const found = ["A=1", entry, "B=2"].join("\0") + "\0";
  assertEquals([holdsMark(found, MARK), holdsMark(found, OTHER)], [true, false]);
  const similar = ["", `X${entry}`, `${entry}x`, `A=${entry}`, `A=1\n${entry}`, `A ${entry}`];
  assertEquals(similar.filter((environ) => holdsMark(`B=2\0${environ}\0`, MARK)), []);
});

Deno.test("`listsMark()` reads what ps says of a process", () => {
  const line = (uid: string, entry: string) =>
    `  ${uid} /opt/llama.cpp/llama-server -m /models/a b.gguf --port 1 PATH=/bin ${entry} Z=1\n`;
  const entry = `CHASKI_RUN=${MARK}`;
  assertEquals(listsMark(line("501", entry), 501, MARK), true);
  assertEquals(listsMark(line("501", entry).trimEnd(), 501, MARK), true);
  assertEquals(listsMark(line("502", entry), 501, MARK), false);
  assertEquals(listsMark(line("501", `X${entry}`), 501, MARK), false);
  assertEquals(listsMark(line("501", `${entry}x`), 501, MARK), false);
  assertEquals(listsMark(line("501", entry), 501, OTHER), false);
  assertEquals(listsMark("", 501, MARK), false);
});

async function proofs(process: Sleeper, marks: readonly string[]): Promise<string[]> {
  return await Promise.all(marks.map((mark) => proofOf({ pid: process.pid, mark })));
}

Deno.test("`proofOf()` knows a running process by its mark", async () => {
  await using process = await sleeper({ CHASKI_RUN: MARK });
  assertEquals(await proofs(process, [MARK, OTHER, ""]), ["ours", "not ours", "not ours"]);
});

Deno.test("`proofOf()` does not know one without a mark, with an empty one, or ended", async () => {
  await using unmarked = await sleeper({});
  await using empty = await sleeper({ CHASKI_RUN: "" });
  assertEquals(await proofs(unmarked, [MARK, ""]), ["not ours", "not ours"]);
  assertEquals(await proofs(empty, [MARK, ""]), ["not ours", "not ours"]);
  const ended = await sleeper({ CHASKI_RUN: MARK });
  await ended[Symbol.asyncDispose]();
  assertEquals(await proofs(ended, [MARK]), ["not ours"]);
});
