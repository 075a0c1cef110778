/**
 * The tests: which load each puts on a server and which figures it takes from the report.
 */

import type { Sample } from "./figures.ts";
import type { Load, Percentiles } from "./load.ts";

/** How thorough a run is. */
export interface Plan {
  quick: boolean;
  repetitions: number;
}

/** Where one repetition of a test puts its load. */
export interface Taker {
  load: Load;
  /** The same straight on the mock. */
  direct: Load;
}

/** One test of the bench. */
export interface BenchTest {
  name: string;
  /** How often it is repeated, at most; the median counts. */
  repetitions: number;
  /** Also taken without a gateway between, to compare. */
  direct: boolean;
  take(taker: Taker, plan: Plan): Promise<Sample>;
}

/**
 * All tests in the order in which they run. Memory at rest comes before any load, and the slow reader
 * before loads that leave so large a heap that nothing needs to grow.
 */
export const tests: readonly BenchTest[] = [
  { name: "idle", repetitions: 1, direct: false, take: idle },
  { name: "verify", repetitions: 1, direct: false, take: verify },
  { name: "seq", repetitions: Infinity, direct: true, take: sequential },
  { name: "slow", repetitions: 1, direct: false, take: slowReader },
  { name: "fire", repetitions: Infinity, direct: false, take: fire },
  { name: "body", repetitions: 1, direct: true, take: body },
  { name: "reuse", repetitions: 2, direct: true, take: reuse },
  { name: "hold", repetitions: 2, direct: true, take: hold },
  { name: "cancel", repetitions: 1, direct: false, take: cancel },
];

async function idle({ load }: Taker): Promise<Sample> {
  const report = await load(["--test", "idle"]);
  return { idle_rss_mb: known(report.rss_mb) };
}

/** Long enough that reads split events, escapes and characters at many places. */
async function verify({ load, direct }: Taker): Promise<Sample> {
  const args = ["--test", "verify", "--cfg", "n=3000"];
  const [expected, actual] = [await direct(args), await load(args)];
  const sameText = actual.text_fnv !== undefined && actual.text_fnv === expected.text_fnv;
  return { verify_faults: Number(!sameText) + Number(actual.terminals !== 1) };
}

/** One-token streams: what a request costs before any throughput counts. */
async function sequential({ load }: Taker, plan: Plan): Promise<Sample> {
  const args = ["--test", "seq", "--cfg", "n=1", "--reqs", plan.quick ? "100" : "400"];
  const keptAlive = await load(args);
  const connected = await load([...args, "--newconn"]);
  return {
    ttft_added_p50_us: known(keptAlive.ttft_us?.p50),
    ttft_added_p99_us: known(keptAlive.ttft_us?.p99),
    ttft_newconn_p50_us: known(connected.ttft_us?.p50),
    ttft_newconn_p99_us: known(connected.ttft_us?.p99),
    cpu_us_per_req: known(keptAlive.cpu_us_per_req),
  };
}

/** Eight streams flat out, with the upstream's events coalesced and then in a packet each. */
async function fire({ load }: Taker, plan: Plan): Promise<Sample> {
  const args = ["--test", "fire", "--conns", "8", "--secs", seconds(plan)];
  const coalesced = await load([...args, "--cfg", "n=2000"]);
  const single = await load([...args, "--cfg", "n=2000&burst=1"]);
  return {
    fire_cpu_us: known(coalesced.cpu_us_per_delta),
    fire_k_events_s: known(coalesced.delta_per_s) / 1000,
    fire1_cpu_us: known(single.cpu_us_per_delta),
    fire1_k_events_s: known(single.delta_per_s) / 1000,
  };
}

async function body({ load }: Taker): Promise<Sample> {
  const prompt = (bytes: number, requests: number) =>
    load(["--test", "body", "--cfg", "n=1", "--size", `${bytes}`, "--reqs", `${requests}`]);
  const small = await prompt(30_000, 200);
  const middle = await prompt(1 << 20, 20);
  const large = await prompt(5 << 20, 8);
  return {
    body_30k_added_ms: milliseconds(small.latency_us, "p50"),
    body_30k_cpu_ms_per_mb: known(small.cpu_ms_per_mb),
    body_1m_added_ms: milliseconds(middle.latency_us, "p50"),
    body_1m_cpu_ms_per_mb: known(middle.cpu_ms_per_mb),
    body_5m_added_ms: milliseconds(large.latency_us, "p50"),
    body_5m_cpu_ms_per_mb: known(large.cpu_ms_per_mb),
    body_5m_peak_rss_mb: known(large.hwm_mb),
  };
}

/** 100 KB/s against a firehose: what is not held back upstream piles up in the gateway. */
async function slowReader({ load }: Taker, plan: Plan): Promise<Sample> {
  const pace = ["--kbps", "100", "--secs", plan.quick ? "3" : "6"];
  const report = await load(["--test", "slow", "--cfg", "n=2000000", ...pace]);
  const { cancel_ms = -1 } = report;
  return {
    // Without an answer nothing could grow: that is no result.
    slow_growth_mb: report.err ? NaN : known(report.growth_mb),
    slow_cancel_ms: cancel_ms < 0 ? Infinity : cancel_ms,
  };
}

/** Answer after answer on the same connections: 40 ms here is Nagle against a delayed ACK. */
async function reuse({ load }: Taker): Promise<Sample> {
  const settings = ["--cfg", "n=25&rate=50&ts=1", "--conns", "4", "--secs", "3"];
  const report = await load(["--test", "hold", ...settings]);
  return {
    reuse_delay_p50_ms: milliseconds(report.delay_us, "p50"),
    reuse_delay_p99_ms: milliseconds(report.delay_us, "p99"),
  };
}

async function hold({ load }: Taker, plan: Plan): Promise<Sample> {
  const few = plan.quick ? {} : await holdStreams(load, plan, 8, 100);
  const many = await holdStreams(load, plan, 200, 50);
  const most = plan.quick ? {} : await holdStreams(load, plan, 1000, 50);
  return { ...few, ...many, ...most };
}

/** Streams at the pace of a model, dropped all at once in the end. */
async function holdStreams(
  load: Load,
  plan: Plan,
  streams: 8 | 200 | 1000,
  tokensPerSecond: number,
): Promise<Sample> {
  const settings = `n=${tokensPerSecond * 25}&rate=${tokensPerSecond}&ts=4`;
  const size = ["--conns", `${streams}`, "--secs", seconds(plan)];
  const report = await load(["--test", "hold", "--cfg", settings, ...size]);
  const delivered = known(report.delta_per_s) / (streams * tokensPerSecond);
  // Where nothing came through, nothing can be left.
  const left = delivered > 0 ? known(report.left_after_drop) : NaN;
  return {
    [`hold${streams}_cpu_us` as const]: known(report.cpu_us_per_delta),
    [`hold${streams}_delay_p50_ms` as const]: milliseconds(report.delay_us, "p50"),
    [`hold${streams}_delay_p99_ms` as const]: milliseconds(report.delay_us, "p99"),
    [`hold${streams}_rss_mb` as const]: known(report.rss_mb),
    [`hold${streams}_delivered_pct` as const]: 100 * delivered,
    [`hold${streams}_left` as const]: left,
  };
}

async function cancel({ load }: Taker, plan: Plan): Promise<Sample> {
  const args = ["--test", "cancel", "--reqs", plan.quick ? "10" : "25"];
  const mid = await load([...args, "--cfg", "n=100000&rate=50"]);
  const wait = await load([...args, "--cfg", "n=100000&rate=50&hdelay=4000", "--early"]);
  const slow = await load([...args, "--cfg", "n=1000&rate=1"]);
  return {
    cancel_mid_p50_ms: mid.missed ? Infinity : milliseconds(mid.cancel_us, "p50"),
    cancel_mid_max_ms: mid.missed ? Infinity : milliseconds(mid.cancel_us, "max"),
    cancel_wait_p50_ms: wait.missed ? Infinity : milliseconds(wait.cancel_us, "p50"),
    cancel_wait_max_ms: wait.missed ? Infinity : milliseconds(wait.cancel_us, "max"),
    cancel_slow_p50_ms: slow.missed ? Infinity : milliseconds(slow.cancel_us, "p50"),
    cancel_slow_max_ms: slow.missed ? Infinity : milliseconds(slow.cancel_us, "max"),
  };
}

function seconds(plan: Plan): string {
  return plan.quick ? "2" : "4";
}

function known(value: number | undefined): number {
  return value ?? NaN;
}

function milliseconds(times: Percentiles | undefined, which: keyof Percentiles): number {
  return known(times?.[which]) / 1000;
}
