/** Models that do not start or go away: what clients are told, and what the operator finds. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import type { LogLine } from "../chaski_process.ts";
import { ask, loaded, managedChaski } from "./managed_chaski.ts";

/** Milliseconds; far more than it takes. */
const LIMIT = 30_000;

function told(line: LogLine): { tail: string[]; file: string } {
  return { tail: line["tail"] as string[], file: String(line["log_file"]) };
}

async function errorOf(answer: Response): Promise<{ code: string; message: string }> {
  return (await answer.json()).error;
}

Deno.test("a model that is damaged is refused in a sentence, and the log has its last words", async () => {
  await using stage = await managedChaski();
  const file = join(stage.models, "tiny-Q8_0.gguf");
  await Deno.truncate(file, (await Deno.stat(file)).size - 100_000);
  await using chaski = await stage.start();
  const answer = await ask(chaski);
  assertEquals(answer.status, 400);
  const { code, message } = await errorOf(answer);
  assertEquals(code, "invalid_prompt");
  assertMatch(message, /^Cannot load the model 'tiny:Q8_0': its file is damaged or not whole\. /);
  const { tail, file: log } = told(
    await chaski.logged(({ state }) => state === "failed", LIMIT),
  );
  assert(tail.length > 5 && tail.length <= 20);
  assert(tail.some((line) => line.includes("is not within the file bounds")));
  assertEquals(log, join(stage.dataDir, "logs", "tiny-Q8_0.log"));
  assert((await Deno.readTextFile(log)).endsWith(`${tail.join("\n")}\n`));
});

Deno.test("arguments that llama-server does not know are named to the client", async () => {
  await using stage = await managedChaski(["--no-such-thing"]);
  await using chaski = await stage.start();
  const { message } = await errorOf(await ask(chaski));
  assertMatch(message, /: this llama-server does not know --no-such-thing\. Take it out of /);
});

Deno.test("a program that is not there is no missing model, and told at the start already", async () => {
  await using stage = await managedChaski();
  const env = { CHASKI_LLAMA_SERVER: join(stage.models, "no-llama-server") };
  await using chaski = await stage.start({ env });
  const answer = await ask(chaski);
  const { code, message } = await errorOf(answer);
  assertEquals([answer.status, code], [503, "engine_missing"]);
  assertMatch(message, /^Cannot load any model: .* not an executable file\. Get one by 'chaski /);
  await chaski.logged((line) => line.level === "WARN" && line.message === message, LIMIT);
  const ready = await fetch(`${chaski.url}/readyz`);
  assertEquals([ready.status, (await ready.json()).reason], [503, message]);
});

Deno.test("a llama-server that goes away leaves its last words, and the next request a new one", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start();
  const pid = await loaded(chaski);
  Deno.kill(pid, "SIGSEGV");
  const { tail, file } = told(
    await chaski.logged(({ state }) => state === "crashed", LIMIT),
  );
  assert(tail.length > 5);
  assert((await Deno.readTextFile(file)).includes(tail.join("\n")));
  assert(await loaded(chaski) !== pid);
  const before = file.replace(/\.log$/, ".1.log");
  assert((await Deno.readTextFile(before)).includes(tail.join("\n")));
  if (Deno.build.os === "windows") return;
  for (const path of [file, before]) {
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  }
});
