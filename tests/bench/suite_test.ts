import { assert, assertEquals } from "@std/assert";
import { figureNames, type Sample } from "./figures.ts";
import type { LoadReport } from "./load.ts";
import { type Plan, tests } from "./suite.ts";

const thorough: Plan = { quick: false, repetitions: 3 };
const times = { p50: 1000, p99: 2000, max: 3000 };
const complete: LoadReport = {
  err: 0,
  noterm: 0,
  missed: 0,
  text_fnv: "same",
  terminals: 1,
  cpu_us_per_req: 300,
  cpu_us_per_delta: 3,
  cpu_ms_per_mb: 5,
  rss_mb: 100,
  hwm_mb: 120,
  growth_mb: 10,
  delta_per_s: 1000,
  left_after_drop: 0,
  cancel_ms: 0.5,
  latency_us: times,
  ttft_us: times,
  delay_us: times,
  cancel_us: times,
};

/** Takes one test whose load client answers `report`. */
async function take(name: string, report: Partial<LoadReport>, plan = thorough): Promise<Sample> {
  const test = tests.find((test) => test.name === name);
  assert(test, name);
  const load = () => Promise.resolve({ ...complete, ...report });
  return await test.take({ load, direct: () => Promise.resolve(complete) }, plan);
}

Deno.test("`tests` give every figure once and a number for each", async () => {
  const samples = await Promise.all(tests.map(({ name }) => take(name, {})));
  const taken = samples.flatMap((sample) => Object.keys(sample));
  const expected = figureNames.filter((name) => name !== "failed_requests");
  assertEquals(taken.toSorted(), expected.toSorted());
  for (const value of samples.flatMap((sample) => Object.values(sample))) {
    assert(Number.isFinite(value));
  }
});

Deno.test("`tests` count a differing text and a missing or doubled end as faults", async () => {
  assertEquals(await take("verify", {}), { verify_faults: 0 });
  assertEquals(await take("verify", { text_fnv: "other" }), { verify_faults: 1 });
  assertEquals(await take("verify", { terminals: 2 }), { verify_faults: 1 });
  assertEquals(await take("verify", { text_fnv: "other", terminals: 0 }), { verify_faults: 2 });
});

Deno.test("`tests` call a cancellation that the mock never saw never", async () => {
  const missed = await take("cancel", { missed: 1 });
  assertEquals(new Set(Object.values(missed)), new Set([Infinity]));
  assertEquals((await take("slow", { cancel_ms: -1 })).slow_cancel_ms, Infinity);
});

Deno.test("`tests` hold only 200 streams when quick", async () => {
  const sample = await take("hold", {}, { quick: true, repetitions: 2 });
  assertEquals(Object.keys(sample).filter((name) => !name.startsWith("hold200_")), []);
  assertEquals(sample.hold200_delivered_pct, 10);
});

Deno.test("`tests` take nothing for good where nothing came through", async () => {
  assertEquals((await take("hold", { delta_per_s: 0 })).hold200_left, NaN);
  assertEquals((await take("slow", { err: 1 })).slow_growth_mb, NaN);
});
