import { assert, assertEquals } from "@std/assert";
import { endsWithin, isRunning } from "../processes.ts";
import { ask, loaded, type ManagedChaski, managedChaski } from "../real/managed_chaski.ts";
import type { Report } from "./report.ts";

const END_LIMIT_MS = 20_000;

/** Checks a Chaski that runs llama-server by itself, as `chaski serve --models-dir` does. */
export async function checkManaged(report: Report): Promise<void> {
  await using stage = await managedChaski();
  await report.check(
    "serve --models-dir loads a model, and its end ends llama-server",
    () => checkEnd(stage),
  );
  await report.check("no llama-server outlives a Chaski that is killed", () => checkKill(stage));
}

async function checkEnd(stage: ManagedChaski): Promise<void> {
  await using chaski = await stage.start();
  const pid = await loaded(chaski);
  assertEquals((await (await ask(chaski)).json()).model, stage.id);
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  assert(!await isRunning(pid), `llama-server ${pid} runs on`);
}

/** By the system, or by the next start. */
async function checkKill(stage: ManagedChaski): Promise<void> {
  await using chaski = await stage.start();
  const pid = await loaded(chaski);
  chaski.kill("SIGKILL");
  await chaski.exited;
  await using _next = await stage.start();
  assert(await endsWithin(pid, END_LIMIT_MS), `llama-server ${pid} runs on`);
}
