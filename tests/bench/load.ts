/**
 * Runs the load client for one test and reads its report.
 */

import { z } from "zod";
import type { Children } from "./children.ts";

const percentiles = z.object({ p50: z.number(), p99: z.number(), max: z.number() });

/** Some percentiles of one test, in microseconds. */
export type Percentiles = z.infer<typeof percentiles>;

/** What the load client prints; which fields there are depends on the test. */
const loadReport = z.object({
  err: z.number(),
  noterm: z.number().default(0),
  missed: z.number().default(0),
  text_fnv: z.string().optional(),
  terminals: z.number().optional(),
  cpu_us_per_req: z.number().optional(),
  cpu_us_per_delta: z.number().optional(),
  cpu_ms_per_mb: z.number().optional(),
  rss_mb: z.number().optional(),
  hwm_mb: z.number().optional(),
  growth_mb: z.number().optional(),
  delta_per_s: z.number().optional(),
  left_after_drop: z.number().optional(),
  cancel_ms: z.number().optional(),
  latency_us: percentiles.optional(),
  ttft_us: percentiles.optional(),
  delay_us: percentiles.optional(),
  cancel_us: percentiles.optional(),
});

/** The report of one test: counts, and figures where the test has them. */
export type LoadReport = z.infer<typeof loadReport>;

/** Whom the load falls on: the mock itself, the bare passthrough, or the gateway under test. */
export type SubjectName = "direct" | "reference" | "gateway";

/** A server under load. */
export interface Subject {
  port: number;
  api: "chat" | "responses";
  /** Root of its process tree; without it there are no CPU and memory figures. */
  pid?: number;
}

/** All servers of a run. */
export type Subjects = Record<SubjectName, Subject>;

/** Runs one test of the load client against one subject. */
export type Load = (args: readonly string[]) => Promise<LoadReport>;

/** Binds the load client to a subject; `mockPort` is where it sets and reads the mock. */
export function loadOn(
  subject: Subject,
  children: Children,
  program: string,
  mockPort: number,
): Load {
  const fixed = ["--port", `${subject.port}`, "--mock", `${mockPort}`, "--api", subject.api];
  if (subject.pid !== undefined) fixed.push("--pid", `${subject.pid}`);
  return async (args) => {
    const output = await children.run(program, [...fixed, ...args]);
    return loadReport.parse(JSON.parse(output));
  };
}
