import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { isRecord } from "../../src/protocol/record.ts";
import { openSlotFiles } from "../../src/supervise/slot_files.ts";
import { type Llama, openLlama } from "../../src/upstream/llama.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

const NEVER = new AbortController().signal;
const MIB = 1024 * 1024;

async function withLlama(folder: string, run: (llama: Llama) => Promise<void>): Promise<void> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template: "qwen3" })]);
  const args = ["-c", "16384", "-np", "2", "--slot-save-path", folder];
  await using server = await startLlamaServer({ binary, model, args });
  const llama = openLlama({ baseUrl: server.url, key: undefined, connectTimeout: 0 });
  try {
    await run(llama);
  } finally {
    await llama.close();
  }
}

/** Tokens of the prompt that were found in the cache, and that were read. */
async function ask(llama: Llama): Promise<{ cached: unknown; read: unknown }> {
  const content = `[[plain]] ${"one two three four five ".repeat(100)}`;
  const body = { messages: [{ role: "user", content }], max_tokens: 4 };
  const answer = await llama.postJson("/v1/chat/completions", body, NEVER);
  const timings = isRecord(answer) && isRecord(answer.timings) ? answer.timings : {};
  return { cached: timings.cache_n, read: timings.prompt_n };
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("openSlotFiles() brings a conversation back that another process has read", async () => {
  const folder = await Deno.makeTempDir();
  const files = await openSlotFiles(folder, 64 * MIB);
  await withLlama(folder, async (llama) => {
    assertEquals((await ask(llama)).cached, 0);
    await files.save("tiny", llama);
  });
  const saved = await names(folder);
  assert(saved.length === 1 && /^tiny-[01]\.bin$/.test(saved[0] ?? ""), saved.join());
  await withLlama(folder, async (llama) => {
    await files.restore("other", llama);
    assertEquals(await names(folder), saved);
    await files.restore("tiny", llama);
    assertEquals((await ask(llama)).read, 1);
  });
  assertEquals(await names(folder), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openSlotFiles() keeps no more than it may, and the newest", async () => {
  const folder = await Deno.makeTempDir();
  const files = await openSlotFiles(folder, 1000);
  for (const [i, name] of ["a-0.bin", "b-0.bin", "c-0.bin"].entries()) {
    await Deno.writeFile(join(folder, name), new Uint8Array(400));
    await Deno.utime(join(folder, name), new Date(), new Date(Date.now() - 10_000 + i * 1000));
  }
  const llama = openLlama({ baseUrl: "http://127.0.0.1:1", key: undefined, connectTimeout: 0 });
  await files.save("gone", llama);
  assertEquals(await names(folder), ["b-0.bin", "c-0.bin"]);
  await llama.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openSlotFiles() makes a folder that others cannot read", async () => {
  if (Deno.build.os === "windows") return;
  const parent = await Deno.makeTempDir();
  const slots = join(parent, "slots");
  for (const before of [null, 0o755]) {
    if (before !== null) await Deno.chmod(slots, before);
    const { folder } = await openSlotFiles(slots, 1000);
    assertEquals(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700);
  }
  await Deno.remove(parent, { recursive: true });
});

Deno.test("openSlotFiles() fails no model when its folder is gone", async () => {
  const folder = await Deno.makeTempDir();
  const files = await openSlotFiles(folder, 1000);
  await Deno.remove(folder);
  const llama = openLlama({ baseUrl: "http://127.0.0.1:1", key: undefined, connectTimeout: 0 });
  await files.save("gone", llama);
  await files.restore("gone", llama);
  await files.makeFolder();
  assertEquals(await names(folder), []);
  await llama.close();
  await Deno.remove(folder);
});
