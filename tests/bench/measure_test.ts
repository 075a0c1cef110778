import { assertEquals } from "@std/assert";
import type { Subjects } from "./load.ts";
import { measure, summarize } from "./measure.ts";
import type { BenchTest } from "./suite.ts";

const subjects: Subjects = {
  direct: { port: 1, api: "chat" },
  reference: { port: 2, api: "chat", pid: 2 },
  gateway: { port: 3, api: "responses", pid: 3 },
};

function benchTest(more: Partial<BenchTest>): BenchTest {
  return {
    name: "fire",
    repetitions: Infinity,
    direct: true,
    take: async ({ load }) => ({ fire_cpu_us: (await load([])).cpu_us_per_delta ?? NaN }),
    ...more,
  };
}

/** Runs one test on subjects whose load client reports their port as the CPU figure. */
async function runOn(test: BenchTest, repetitions: number, more: Partial<Subjects> = {}) {
  const taken: number[] = [];
  const samples = await measure(
    [test],
    { ...subjects, ...more },
    { quick: true, repetitions },
    ({ port }) => () => {
      taken.push(port);
      return Promise.resolve({ err: 1, noterm: 1, missed: 0, cpu_us_per_delta: port });
    },
    () => {},
  );
  return { taken, samples };
}

Deno.test("`measure()` lets the subjects take turns", async () => {
  const { taken } = await runOn(benchTest({}), 2);
  assertEquals(taken, [1, 2, 3, 1, 2, 3]);
});

Deno.test("`measure()` repeats a test no more often than it asks for", async () => {
  const { taken } = await runOn(benchTest({ repetitions: 1, direct: false }), 3);
  assertEquals(taken, [2, 3]);
});

Deno.test("`measure()` counts failed and unfinished requests of each subject", async () => {
  const { samples } = await runOn(benchTest({}), 2);
  const failures = summarize(samples).find(({ figure }) => figure === "failed_requests");
  assertEquals(failures?.value, 4);
  assertEquals(failures?.reference, 4);
});

Deno.test("`measure()` takes no process figures without a process id", async () => {
  const { samples } = await runOn(benchTest({}), 1, { gateway: { port: 3, api: "chat" } });
  assertEquals(samples.gateway, [{ failed_requests: 2 }]);
  assertEquals(samples.reference, [{ failed_requests: 2, fire_cpu_us: 2 }]);
});

Deno.test("`summarize()` takes the median of each subject and their ratio", () => {
  const summary = summarize({
    direct: [],
    reference: [{ fire_cpu_us: 2 }],
    gateway: [{ fire_cpu_us: 5 }, { fire_cpu_us: 3 }, { fire_cpu_us: 30 }],
  });
  assertEquals(summary, [{ figure: "fire_cpu_us", value: 5, reference: 2, ratio: 2.5 }]);
});

Deno.test("`summarize()` takes the direct figure off what a gateway adds", () => {
  const summary = summarize({
    direct: [{ ttft_added_p50_us: 30 }],
    reference: [{ ttft_added_p50_us: 130 }],
    gateway: [{ ttft_added_p50_us: 230 }],
  });
  assertEquals(summary, [
    { figure: "ttft_added_p50_us", value: 200, reference: 100, direct: 30, ratio: 2 },
  ]);
});

Deno.test("`summarize()` has no ratio to a reference of 0 and keeps a failed figure", () => {
  const summary = summarize({
    direct: [],
    reference: [{ hold200_left: 0 }],
    gateway: [{ hold200_left: 3, cancel_mid_p50_ms: NaN }],
  });
  assertEquals(summary, [
    { figure: "hold200_left", value: 3, reference: 0 },
    { figure: "cancel_mid_p50_ms", value: NaN },
  ]);
});
