/** `chaski models pull` and `rm` on the command line. */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { tellProgress } from "../../src/cli/models/progress.ts";
import { run } from "../../src/cli/program.ts";
import { chaskiCommand, cleanEnv } from "../chaski_process.ts";
import { fakeHub, sha256 } from "../hub/fake_hub.ts";
import { weighty } from "../hub/stage.ts";
import { modelBytes, modelFolder } from "../models/model_files.ts";
import { type FakeIo, fakeIo } from "./fake_io.ts";

const BYTES = weighty(modelBytes(), 100_000);
const FILES = { "x-Q8_0.gguf": BYTES };

async function models(args: readonly string[], changes: Partial<FakeIo> = {}) {
  const io = fakeIo({ os: Deno.build.os, ...changes });
  return { code: await run(["models", ...args], io), out: io.out, err: io.err };
}

/** The environment of a user whose cache and hub these are. */
function envOf(cache: { path: string }, hub: { url: string }): Record<string, string> {
  const nowhere = { HOME: join(cache.path, "home"), OLLAMA_MODELS: "/nowhere" };
  return { ...nowhere, HF_HUB_CACHE: join(cache.path, "hub"), HF_ENDPOINT: hub.url };
}

Deno.test("models pull fetches a model that list shows and rm removes", async () => {
  await using hub = fakeHub(FILES);
  await using cache = await modelFolder();
  const env = envOf(cache, hub);
  const pulled = await models(["pull", "org/x-GGUF"], { env });
  assertEquals([pulled.code, pulled.out], [0, "Pulled org/x-GGUF:Q8_0 (97.7 KiB).\n"]);
  assertEquals(pulled.err.split("\n").at(-2), "100 % of 97.7 KiB");
  const again = await models(["pull", "org/x-GGUF:Q8_0"], { env });
  assertEquals([again.code, again.out], [0, "org/x-GGUF:Q8_0 is there (97.7 KiB).\n"]);
  assertMatch((await models(["list"], { env })).out, /^x:Q8_0 +Q8_0 +97\.7 KiB +4096 +chat$/m);
  const path = join(
    cache.path,
    "hub",
    "models--org--x-GGUF",
    "snapshots",
    hub.commit,
    "x-Q8_0.gguf",
  );
  const shown = `${path} (97.7 KiB)\n`;
  assertEquals(await models(["rm", "org/x-GGUF:Q8_0"], { env }), {
    code: 1,
    out: shown,
    err: "Cannot remove x:Q8_0: there is no terminal to ask at; say --yes\n",
  });
  assertEquals(await models(["rm", "x"], { env, confirm: () => false }), {
    code: 1,
    out: `${shown}Nothing was removed.\n`,
    err: "",
  });
  assertEquals((await Deno.stat(path)).size, BYTES.length);
  const questions: string[] = [];
  const confirm = (question: string) => questions.push(question) > 0;
  assertEquals(await models(["rm", "x"], { env, confirm }), {
    code: 0,
    out: `${shown}Removed x:Q8_0.\n`,
    err: "",
  });
  assertEquals(questions, ["Remove these files?"]);
  assertEquals(await Array.fromAsync(Deno.readDir(join(cache.path, "hub"))), []);
});

Deno.test("models rm --yes does not ask, and takes folders of the settings", async () => {
  await using folder = await modelFolder();
  await folder.write("one-Q8_0.gguf");
  const env = { HOME: "/nowhere", OLLAMA_MODELS: "/nowhere" };
  const { code, err } = await models(["rm", "one", "--yes", "--models-dir", folder.path], { env });
  assertEquals([code, err], [0, ""]);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("models pull --json tells programs where the files are", async () => {
  await using hub = fakeHub(FILES);
  await using cache = await modelFolder();
  const { out } = await models(["pull", "org/x-GGUF", "--json"], { env: envOf(cache, hub) });
  const snapshot = join(cache.path, "hub", "models--org--x-GGUF", "snapshots", hub.commit);
  assertEquals(JSON.parse(out), {
    repository: "org/x-GGUF",
    revision: hub.commit,
    quant: "Q8_0",
    size: BYTES.length,
    fetched: BYTES.length,
    files: [join(snapshot, "x-Q8_0.gguf")],
    projector: null,
  });
});

Deno.test("models pull fails with one sentence", async () => {
  await using hub = fakeHub(FILES);
  await using cache = await modelFolder();
  const env = envOf(cache, hub);
  assertEquals(await models(["pull", "org/x-GGUF:Q4_0"], { env }), {
    code: 1,
    out: "",
    err: "Cannot pull org/x-GGUF:Q4_0: there is no Q4_0 in it; there is Q8_0 (97.7 KiB)\n",
  });
});

Deno.test("an interrupted chaski models pull exits with 130 and goes on the next time", async () => {
  await using hub = fakeHub(FILES);
  await using cache = await modelFolder();
  const { promise, resolve } = Promise.withResolvers<void>();
  hub.behaviour.hold = { after: 60_000, until: promise };
  const [command, args] = chaskiCommand(["models", "pull", "org/x-GGUF"]);
  const { HOME = "", ...env } = envOf(cache, hub);
  const start = () =>
    new Deno.Command(command, {
      ...{ args, env: cleanEnv(HOME, env), clearEnv: true },
      ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    }).spawn();
  const first = start();
  const partial = join(cache.path, "hub/models--org--x-GGUF/blobs", `${sha256(BYTES)}.incomplete`);
  await until(async () => (await Deno.stat(partial).catch(() => null))?.size === 60_000);
  first.kill("SIGINT");
  const { code, stderr } = await first.output();
  resolve();
  assertEquals([code, new TextDecoder().decode(stderr).split("\n").at(-2)], [
    130,
    "Interrupted. The same command goes on from here.",
  ]);
  hub.behaviour.hold = null;
  const second = await start().output();
  assertEquals(second.code, 0, new TextDecoder().decode(second.stderr));
  assertEquals(hub.asked.at(-1)?.range, "bytes=60000-");
});

async function until(test: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it did not come to that");
}

/** What is written for a gibibyte of 10 that comes every second. */
function told(errTerminal: boolean): string[] {
  const written: string[] = [];
  let elapsed = 0;
  const stderr = (text: string) => written.push(text);
  const teller = tellProgress({ stderr, errTerminal, now: () => elapsed });
  const total = 10 * 1024 ** 3;
  for (; elapsed <= 10_000; elapsed += 125) {
    teller.tell({ path: "x", done: total * (elapsed / 10_000), total });
  }
  teller.end();
  return written;
}

Deno.test("progress on a terminal is one line with speed and time left", () => {
  const lines = told(true);
  assertEquals(lines[0], "\r0 % of 10.0 GiB\x1b[K");
  assertEquals(lines.includes("\r50 % of 10.0 GiB, 1.0 GiB/s, 5 s left\x1b[K"), true, lines.join());
  assertEquals(lines.slice(-2), ["\r100 % of 10.0 GiB, 1.0 GiB/s\x1b[K", "\n"]);
  assertEquals(lines.length < 60, true);
});

Deno.test("progress elsewhere is a line for every tenth", () => {
  const tenths = Array.from({ length: 10 }, (_, i) => `${(i + 1) * 10} % of 10.0 GiB\n`);
  assertEquals(told(false), tenths);
});
