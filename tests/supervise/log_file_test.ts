import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { fileName, logInto, openLogFile } from "../../src/supervise/log_file.ts";

const MIB = 1024 * 1024;

function fail(cause: unknown): never {
  throw cause;
}

/** A folder that is not there yet; `using` removes it. */
function logFolder(): Disposable & { path: string; read(name: string): string } {
  const parent = Deno.makeTempDirSync({ prefix: "chaski-logs-" });
  const path = join(parent, "logs");
  return {
    path,
    read: (name) => Deno.readTextFileSync(join(path, name)),
    [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }),
  };
}

Deno.test("`openLogFile()` keeps the lines, and those of the run before", () => {
  using folder = logFolder();
  for (const run of ["one", "two", "three"]) {
    const file = openLogFile(folder.path, "a/Tiny-1B:Q8_0", fail);
    assertEquals(file.path, join(folder.path, "a-Tiny-1B-Q8_0.log"));
    file.write(`${run} 1`);
    file.write(`${run} 2`);
    assertEquals(folder.read("a-Tiny-1B-Q8_0.log"), `${run} 1\n${run} 2\n`);
    file.close();
    file.close();
    file.write("too late");
  }
  assertEquals(folder.read("a-Tiny-1B-Q8_0.log"), "three 1\nthree 2\n");
  assertEquals(folder.read("a-Tiny-1B-Q8_0.1.log"), "two 1\ntwo 2\n");
  assertEquals([...Deno.readDirSync(folder.path)].length, 2);
});

Deno.test("`openLogFile()` keeps its files to their owner", () => {
  using folder = logFolder();
  openLogFile(folder.path, "m", fail).close();
  if (Deno.build.os === "windows") return;
  const modes = [folder.path, join(folder.path, "m.log")].map((path) => Deno.statSync(path).mode);
  assertEquals(modes.map((mode) => (mode ?? 0) & 0o777), [0o700, 0o600]);
});

Deno.test("`openLogFile()` stops at 4 MiB, and says so in its last line", () => {
  using folder = logFolder();
  const file = openLogFile(folder.path, "m", fail);
  const line = `é${"x".repeat(1000)}`;
  for (let at = 0; at < 5000; at++) file.write(line);
  const size = Deno.statSync(file.path).size;
  assert(size <= 4 * MIB && size > 4 * MIB - 2000, String(size));
  const lines = folder.read("m.log").split("\n");
  assertEquals(lines.slice(-2), ["The rest was left out: this file may hold 4194304 bytes.", ""]);
  assertEquals(new Set(lines.slice(0, -2)), new Set([line]));
});

Deno.test("`openLogFile()` keeps 64 files, those that were written last", () => {
  using folder = logFolder();
  openLogFile(folder.path, "old", fail).close();
  Deno.utimeSync(join(folder.path, "old.log"), 1, 1);
  Deno.writeTextFileSync(join(folder.path, "mine.txt"), "");
  for (let at = 0; at < 70; at++) {
    const file = openLogFile(folder.path, `m${at}`, fail);
    Deno.utimeSync(file.path, 1000 + at, 1000 + at);
    file.close();
  }
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  const kept = Array.from({ length: 64 }, (_, at) => `m${at + 6}.log`);
  assertEquals(names, [...kept, "mine.txt"].sort());
});

Deno.test("`openLogFile()` refuses a folder that cannot be made", () => {
  using folder = logFolder();
  Deno.writeTextFileSync(folder.path, "a file");
  assertThrows(() => openLogFile(folder.path, "m", fail), Deno.errors.AlreadyExists);
});

Deno.test("`logInto()` tells of a failure once, and writes no more", () => {
  using folder = logFolder();
  Deno.writeTextFileSync(folder.path, "");
  const told: unknown[] = [];
  const readOnly = Deno.openSync(folder.path);
  const file = logInto(readOnly, folder.path, (cause) => told.push(cause));
  for (const line of ["one", "two"]) file.write(line);
  file.close();
  assertEquals(told.length, 1);
  assert(told[0] instanceof Error);
});

Deno.test("`fileName()` makes a name of any id", () => {
  const names = {
    "Qwen3-8B:Q4_K_M": "Qwen3-8B-Q4_K_M",
    "unsloth/Qwen3-8B:Q4_K_M": "unsloth-Qwen3-8B-Q4_K_M",
    "../../etc/passwd": "etc-passwd",
    "..": "model",
    "": "model",
    "模型": "model",
    "a\0b\nc\\d*e": "a-b-c-d-e",
    [".hidden"]: "hidden",
    ["x".repeat(300)]: "x".repeat(100),
  };
  for (const [id, name] of Object.entries(names)) assertEquals(fileName(id), name);
});
