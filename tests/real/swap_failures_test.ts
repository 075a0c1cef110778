/** Models whose llama-server or file goes away under load: nobody else's requests are lost. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Chaski } from "../chaski_process.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { problemsOf, sendLoad, sendOneEach } from "./load_clients.ts";
import { type SwapStage, swapStage, timesIn } from "./swap_stage.ts";

/** Two for each model: with the third in a minute it would not be started again. */
const KILLS = 4;
const SLOTS = 2;
const EVERY_MS = 1_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills the models' llama-servers in turn; gives the times of `performance.now()`. */
async function killInTurn({ chaski, ids }: SwapStage): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < KILLS; i++) {
    await pause(EVERY_MS);
    const id = ids[i % ids.length] ?? "";
    Deno.kill(await pidOf(chaski, id), "SIGKILL");
    times.push(performance.now());
    await chaski.logged(() => timesIn(chaski, id, "crashed") > i / ids.length - 1, 30_000);
  }
  return times;
}

/** The llama-server of a model, once it is ready. */
async function pidOf(chaski: Chaski, id: string): Promise<number> {
  await chaski.logged(() => timesIn(chaski, id, "ready") > timesIn(chaski, id, "crashed"), 30_000);
  return Number(chaski.log().findLast(({ pid, model }) => pid && model === id)?.["pid"]);
}

Deno.test("a llama-server that is killed under load costs no answers but those that had begun", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5"], most: 2 });
  const { chaski, ids } = stage;
  const [times, all] = await Promise.all([
    killInTurn(stage),
    sendLoad({
      ...{ url: chaski.url, clients: 20, ms: (KILLS + 2) * EVERY_MS, seed: 3, leaving: 0 },
      modelsOf: () => ids,
    }),
  ]);
  const lost = all.filter(({ problem }) => problem !== null);
  console.log(`${all.length} requests, ${lost.length} lost by ${KILLS} kills`);
  assert(all.length - lost.length > 20);
  for (const { from, to, problem } of lost) {
    assertMatch(problem ?? "", /llama-server closed the connection before it was whole/);
    assert(times.some((time) => from < time && time < to), problem ?? "");
  }
  assert(lost.length <= KILLS * SLOTS, problemsOf(lost).join("\n"));
  assertEquals(problemsOf(await sendOneEach(chaski.url, ids)), []);
});

Deno.test("a model that cannot be loaded fails its own requests alone", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5", "qwen3-coder"], most: 2 });
  const { chaski, ids } = stage;
  const bad = ids[1] ?? "";
  const { size } = await Deno.stat(stage.fileOf(bad));
  await Deno.truncate(stage.fileOf(bad), size - 100_000);
  const all = await sendLoad({
    ...{ url: chaski.url, clients: 20, ms: 5_000, seed: 5, leaving: 0 },
    modelsOf: () => ids,
  });
  const failed = all.filter(({ problem }) => problem !== null);
  console.log(`${all.length} requests, ${failed.length} to a model that cannot be loaded`);
  assert(failed.length > 0 && all.length - failed.length > 20);
  for (const { model, problem } of all) {
    if (model !== bad) assertEquals(problem, null);
    else assertMatch(problem ?? "", /Cannot load the model 'qwen2\.5:Q8_0': its file is damaged/);
  }
  const answer = await ask(chaski, bad);
  assertEquals([answer.status, (await answer.json()).error.code], [400, "invalid_prompt"]);
});

Deno.test("a model's file that goes away while it answers ends nothing, and may come again", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5"], most: 2 });
  const { chaski, ids, fileOf } = stage;
  const [id = ""] = ids;
  const answer = ask(chaski, id, { max_output_tokens: 2_000, input: "[[tool]]" });
  await chaski.logged(() => timesIn(chaski, id, "ready") > 0, 30_000);
  await Deno.remove(fileOf(id));
  await chaski.logged(({ message }) => message === "1 models are there now", 30_000);
  assertEquals((await (await answer).json()).model, id);
  const gone = await ask(chaski, id);
  assertEquals([gone.status, (await gone.json()).error.code], [404, "model_not_found"]);
  assertEquals(problemsOf(await sendOneEach(chaski.url, ids.slice(1))), []);

  await Deno.copyFile(await tinyModel({ template: "qwen3", seed: 2 }), fileOf(id));
  await chaski.logged(({ message }) => message === "2 models are there now", 30_000);
  assertEquals(problemsOf(await sendOneEach(chaski.url, ids)), []);
});

Deno.test("a model's file that is replaced while it answers is used from the next loading on", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5"], most: 1 });
  const { chaski, ids, fileOf } = stage;
  const [first = "", second = ""] = ids;
  const load = sendLoad({
    ...{ url: chaski.url, clients: 8, ms: 4_000, seed: 9, leaving: 0 },
    modelsOf: () => ids,
  });
  await chaski.logged(() => timesIn(chaski, first, "ready") > 0, 30_000);
  const other = `${fileOf(second)}.part`;
  await Deno.copyFile(fileOf(second), other);
  await Deno.rename(other, fileOf(first));
  assertEquals(problemsOf(await load), []);
  assertEquals(problemsOf(await sendOneEach(chaski.url, ids)), []);
});

function ask({ url }: Chaski, model: string, more: Record<string, unknown> = {}) {
  const body = { model, input: "Hello", max_output_tokens: 8, ...more };
  return fetch(`${url}/v1/responses`, { method: "POST", body: JSON.stringify(body) });
}
