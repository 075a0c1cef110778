/**
 * Takes all repetitions of all tests, the subjects in turn, and boils them down to one figure each.
 */

import { type FigureName, figureNames, figureOf, type Sample } from "./figures.ts";
import type { Load, Subject, SubjectName, Subjects } from "./load.ts";
import { median } from "./statistics.ts";
import type { BenchTest, Plan } from "./suite.ts";

/** One figure of all subjects; absent where it was not taken. */
export interface Measurement {
  figure: FigureName;
  value?: number;
  reference?: number;
  /** Straight on the mock; of `added` figures this is what was taken off. */
  direct?: number;
  /** Value divided by reference, where the reference is above 0. */
  ratio?: number;
}

/** Samples by the subject that they were taken from. */
export type Samples = Record<SubjectName, Sample[]>;

const inTurn = ["direct", "reference", "gateway"] as const satisfies SubjectName[];

/**
 * Runs `tests`. The subjects take turns within each repetition: what else runs on the machine then
 * disturbs all of them alike. `tell` hears which test runs now.
 */
export async function measure(
  tests: readonly BenchTest[],
  subjects: Subjects,
  plan: Plan,
  loadOf: (subject: Subject) => Load,
  tell: (step: string) => void,
): Promise<Samples> {
  const samples: Samples = { direct: [], reference: [], gateway: [] };
  const direct = loadOf(subjects.direct);
  for (const test of tests) {
    const repetitions = Math.min(test.repetitions, plan.repetitions);
    for (let i = 1; i <= repetitions; i++) {
      tell(`${test.name} ${i}/${repetitions}`);
      for (const name of inTurn) {
        if (name === "direct" && !test.direct) continue;
        const subject = subjects[name];
        const failures = { failed_requests: 0 };
        const load = counting(loadOf(subject), failures);
        const sample = { ...await test.take({ load, direct }, plan), ...failures };
        samples[name].push(subject.pid === undefined ? withoutProcess(sample) : sample);
      }
    }
  }
  return samples;
}

function counting(load: Load, failures: { failed_requests: number }): Load {
  return async (args) => {
    const report = await load(args);
    failures.failed_requests += report.err + report.noterm;
    return report;
  };
}

/** Leaves out what only a process id could have given: not measured is not the same as failed. */
function withoutProcess(sample: Sample): Sample {
  const kept: Sample = {};
  for (const name of figureNames) {
    const value = sample[name];
    if (value !== undefined && !figureOf(name).process) kept[name] = value;
  }
  return kept;
}

/** Every figure that was taken, in the order of the table, with its ratio. */
export function summarize(samples: Samples): Measurement[] {
  const summary: Measurement[] = [];
  for (const figure of figureNames) {
    const direct = middle(samples.direct, figure);
    const base = figureOf(figure).added ? direct ?? NaN : 0;
    const value = middle(samples.gateway, figure);
    const reference = middle(samples.reference, figure);
    if (value === undefined && reference === undefined) continue;
    const measurement: Measurement = { figure };
    if (value !== undefined) measurement.value = value - base;
    if (reference !== undefined) measurement.reference = reference - base;
    if (direct !== undefined) measurement.direct = direct;
    const ratio = ratioOf(measurement);
    if (ratio !== undefined) measurement.ratio = ratio;
    summary.push(measurement);
  }
  return summary;
}

/** Failures add up; of everything else the median counts. */
function middle(samples: readonly Sample[], figure: FigureName): number | undefined {
  const values = samples.flatMap((sample) => sample[figure] ?? []);
  if (values.length === 0) return undefined;
  if (figure === "failed_requests") return values.reduce((sum, value) => sum + value);
  return median(values);
}

function ratioOf({ value, reference }: Measurement): number | undefined {
  if (value === undefined || reference === undefined) return undefined;
  return Number.isFinite(reference) && reference > 0 ? value / reference : undefined;
}
