/**
 * What Chaski must reach ("first") and what it is meant to reach ("goal").
 */

import type { FigureName } from "./figures.ts";

/** The most that a figure, or its ratio to the reference, may be. */
export interface Target {
  figure: FigureName;
  /** `ratio`: the figure divided by that of the bare Deno passthrough in the same run. */
  of: "value" | "ratio";
  first: number;
  goal: number;
}

/** All targets. They hold for the Responses API; CPU figures are per content event. */
export const targets: readonly Target[] = [
  atMost("failed_requests", 0, 0),
  atMost("verify_faults", 0, 0),
  atMost("idle_rss_mb", 110, 80),
  atMost("ttft_added_p50_us", 600, 250),
  atMost("ttft_added_p99_us", 5000, 1000),
  atMost("ttft_newconn_p50_us", 700, 400),
  atMost("cpu_us_per_req", 900, 450),
  atMost("fire_cpu_us", 4, 2.5),
  atMostTimesReference("fire_cpu_us", 1.7, 1),
  atMost("fire1_cpu_us", 5, 3),
  atMost("body_5m_cpu_ms_per_mb", 12, 6),
  atMost("slow_growth_mb", 48, 12),
  atMost("slow_cancel_ms", 50, 5),
  atMost("reuse_delay_p50_ms", 0.3, 0.15),
  atMost("reuse_delay_p99_ms", 5, 1),
  atMost("hold8_left", 0, 0),
  atMost("hold200_cpu_us", 35, 25),
  atMostTimesReference("hold200_cpu_us", 3, 2),
  atMost("hold200_delay_p50_ms", 0.8, 0.5),
  atMost("hold200_rss_mb", 260, 180),
  atMost("hold200_left", 0, 0),
  atMost("hold1000_left", 0, 0),
  atMost("cancel_mid_p50_ms", 1, 0.4),
  atMost("cancel_mid_max_ms", 10, 1),
  atMost("cancel_wait_p50_ms", 1, 0.4),
  atMost("cancel_wait_max_ms", 10, 1),
  atMost("cancel_slow_p50_ms", 1, 0.4),
  atMost("cancel_slow_max_ms", 10, 1),
];

function atMost(figure: FigureName, first: number, goal: number): Target {
  return { figure, of: "value", first, goal };
}

function atMostTimesReference(figure: FigureName, first: number, goal: number): Target {
  return { figure, of: "ratio", first, goal };
}

/** How a value stands to its target; `unmeasured` is no miss. */
export type Verdict = "goal" | "ok" | "MISS" | "unmeasured";

/**
 * Compares a value to a target. Undefined means that this run did not ask for it; `NaN` and
 * `Infinity` mean that it asked and got nothing, which is a miss.
 */
export function verdictOf(value: number | undefined, target: Target): Verdict {
  if (value === undefined) return "unmeasured";
  if (value <= target.goal) return "goal";
  return value <= target.first ? "ok" : "MISS";
}
