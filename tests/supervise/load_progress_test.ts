import { assert, assertEquals } from "@std/assert";
import { loadProgress, residentBytes } from "../../src/supervise/load_progress.ts";

const KIB = 1024;

/** A status as Linux writes it, with this in the place of its memory. */
function status(line: string): string {
  return `Name:\tllama-server\nState:\tR (running)\nVmPeak:\t 9000 kB\n${line}Threads:\t4\n`;
}

Deno.test("residentBytes() reads the line with a tab, and with spaces [LP16] [LP17]", () => {
  assertEquals(residentBytes(status("VmRSS:\t  123456 kB\n")), 123456 * KIB);
  assertEquals(residentBytes(status("VmRSS:   123456 kB\n")), 123456 * KIB);
  assertEquals(residentBytes(status("VmRSS:\t0 kB\n")), 0);
});

Deno.test("residentBytes() knows nothing of a process without memory, as one that ended [LP18] [LP29]", () => {
  assertEquals(residentBytes(status("")), null);
  assertEquals(residentBytes(""), null);
  assertEquals(residentBytes("VmRSS"), null);
});

Deno.test("residentBytes() takes nothing else for a number [LP19]", () => {
  for (
    const value of [
      "",
      "many kB",
      "-1 kB",
      "1.5 kB",
      "12",
      "12 MB",
      "1e9 kB",
      `${"9".repeat(40)} kB`,
    ]
  ) {
    assertEquals(residentBytes(status(`VmRSS:\t${value}\n`)), null, value);
  }
  assertEquals(residentBytes(status("NotVmRSS:\t12 kB\n")), null);
});

Deno.test("loadProgress() holds what a process has against its files [LP06] [LP13] [LP28] [LP32] [LP33]", () => {
  const own = loadProgress(Deno.pid, 2 ** 50, "linux");
  assert(own !== null && own.loaded > 10 * KIB * KIB, JSON.stringify(own));
  assertEquals([own.total, own.fraction], [2 ** 50, own.loaded / 2 ** 50]);
  assertEquals(loadProgress(Deno.pid, 1, "linux")?.fraction, 1);
  const unknown = loadProgress(Deno.pid, 0, "linux");
  assert(unknown !== null && unknown.loaded > 0);
  assertEquals(unknown.fraction, 0);
});

Deno.test("loadProgress() says what the system says of a process that rests [LP08] [LP12]", async () => {
  await using child = await resting();
  const pages = Number((await Deno.readTextFile(`/proc/${child.pid}/statm`)).split(" ")[1]);
  const { stdout } = await new Deno.Command("getconf", { args: ["PAGESIZE"] }).output();
  const expected = pages * Number(new TextDecoder().decode(stdout));
  for (let i = 0; i < 100; i++) {
    const { loaded = 0 } = loadProgress(child.pid, 2 ** 30) ?? {};
    assert(Math.abs(loaded - expected) <= 256 * KIB, `${loaded}, not ${expected}`);
  }
});

Deno.test("loadProgress() is none where a process is gone, or cannot be looked at [LP07] [LP10]", async () => {
  const child = await resting();
  await child[Symbol.asyncDispose]();
  for (const pid of [child.pid, 0, -1, 2 ** 31, NaN]) {
    assertEquals(loadProgress(pid, 100, "linux"), null, String(pid));
  }
});

Deno.test("loadProgress() is none where the system does not tell it [LP14] [LP15]", () => {
  assertEquals(loadProgress(Deno.pid, 100, "darwin"), null);
  assertEquals(loadProgress(Deno.pid, 100, "windows"), null);
});

Deno.test("loadProgress() never throws while processes come and go [LP31]", async () => {
  const children = await Promise.all(Array.from({ length: 8 }, resting));
  const looks = children.map(async ({ pid, status }) => {
    let ended = false;
    void status.then(() => ended = true);
    let seen = 0;
    while (!ended) {
      if (loadProgress(pid, 100) !== null) seen++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    return seen;
  });
  await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
  for (const seen of await Promise.all(looks)) assert(seen > 0);
});

/** A process that has started, and does nothing. */
async function resting() {
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.getReader();
  await input.write(new Uint8Array([1]));
  await output.read();
  return {
    pid: child.pid,
    status: child.status,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([child.status, input.close().catch(() => {}), output.cancel()]);
    },
  };
}
