/**
 * `deno task smoke [BINARY]`: drives an executable, or `main.ts` when none is given, as a user would,
 * over a real llama-server. Prints a line for each check and `N passed, N failed`.
 */
import { assertEquals } from "@std/assert";
import { resolve } from "node:path";
import { type Chaski, startChaski } from "../chaski_process.ts";
import {
  findLlamaServer,
  type RunningLlamaServer,
  startLlamaServer,
} from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { checkCommandLine } from "./command_line.ts";
import { Report } from "./report.ts";
import { checkManaged } from "./managed.ts";
import { checkServing, MODEL } from "./serving.ts";
import { startTime } from "./start_time.ts";

const STARTS = 5;

const [binary] = Deno.args;
// Both servers are on this machine: a proxy that the environment names has no part in it.
Deno.env.set("NO_PROXY", "127.0.0.1");
if (binary !== undefined) Deno.env.set("CHASKI_BINARY", resolve(binary));
else Deno.env.delete("CHASKI_BINARY");

const report = new Report();
await checkCommandLine(report);
const llamaServer = await report.check("a real llama-server starts", startUpstream);
if (llamaServer !== undefined) {
  await using upstream = llamaServer;
  await checkServer(upstream);
}
await checkManaged(report);
console.log(`\n${report.sum()}`);
Deno.exit(report.failed === 0 ? 0 : 1);

async function startUpstream(): Promise<RunningLlamaServer> {
  const model = await tinyModel({ template: "qwen3" });
  const args = ["--alias", MODEL, "-c", "65536", "-np", "2"];
  return await startLlamaServer({ binary: await findLlamaServer(), model, args });
}

async function checkServer(upstream: RunningLlamaServer): Promise<void> {
  const started = await report.check(
    "serve says where it listens",
    () => startChaski({ upstream: upstream.url }),
  );
  if (started === undefined) return;
  await using chaski = started;
  await checkServing(report, chaski, upstream);
  await report.check("SIGTERM ends it with exit code 0", () => checkEnd(chaski));
  await report.check("it serves soon after it is started", async () => {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start++) times.push(await startTime(upstream.url));
    const [median = NaN] = times.sort((a, b) => a - b).slice(Math.floor(STARTS / 2));
    report.note(`exec to served: ${median.toFixed(0)} ms (median of ${STARTS} starts)`);
  });
}

async function checkEnd(chaski: Chaski): Promise<void> {
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  assertEquals(chaski.stdout(), `chaski listening on ${chaski.url}\n`);
  const stacks = chaski.stderr().split("\n").filter((line) => /^\s+at /.test(line));
  assertEquals(stacks, []);
}
