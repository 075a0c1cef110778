/**
 * Which output answers which call, and what the calls are named upstream.
 */
import type { CallStep, OutputStep, Step } from "./step_types.ts";

/** Which output answers which call; what stays alone is in neither map. */
export interface Answers {
  of: Map<CallStep, OutputStep>;
  to: Map<OutputStep, CallStep>;
}

/** Calls of one turn that wait for an output; a head index, for shifting an array is quadratic. */
interface Waiting {
  turn: number;
  calls: CallStep[];
  head: number;
}

/**
 * Pairs outputs with earlier calls: by call id first, then those without an id with what is still
 * unanswered. Where several calls wait, the latest turn comes first, and in it the calls in order.
 */
export function pairAnswers(steps: readonly Step[]): Answers {
  const answers: Answers = { of: new Map(), to: new Map() };
  pairBy(steps, (step) => step.key, answers);
  pairBy(steps, (step) => step.kind === "call" || step.key === null ? "" : null, answers);
  return answers;
}

function pairBy(
  steps: readonly Step[],
  keyOf: (step: CallStep | OutputStep) => string | null,
  { of, to }: Answers,
): void {
  const waiting = new Map<string, Waiting[]>();
  let turn = 0;
  for (const step of steps) {
    if (step.kind === "call") {
      const key = keyOf(step);
      if (key !== null && !of.has(step)) wait(waiting, key, step, turn);
    } else if (step.kind === "output") {
      turn += 1;
      const key = keyOf(step);
      const call = key === null ? undefined : answered(waiting.get(key));
      if (call === undefined) continue;
      of.set(call, step);
      to.set(step, call);
    } else if (step.kind === "user" || step.kind === "system") turn += 1;
  }
}

function wait(waiting: Map<string, Waiting[]>, key: string, call: CallStep, turn: number): void {
  const turns = waiting.get(key) ?? [];
  waiting.set(key, turns);
  const last = turns.at(-1);
  if (last?.turn === turn) last.calls.push(call);
  else turns.push({ turn, calls: [call], head: 0 });
}

function answered(turns: Waiting[] | undefined): CallStep | undefined {
  const last = turns?.at(-1);
  if (last === undefined) return undefined;
  const call = last.calls[last.head++];
  if (last.head === last.calls.length) turns?.pop();
  return call;
}

/**
 * Names calls upstream: nine letters and digits, which Mistral's templates insist on and no other
 * template prints. An id that has that form already (Mistral's own) is kept once; the others are
 * numbered, so that a longer history names the calls of a shorter one alike.
 */
export function callNamer(): (key: string | null) => string {
  const used = new Set<string>();
  let count = 0;
  return (key) => {
    let id = key !== null && /^[A-Za-z0-9]{9}$/.test(key) ? key : "";
    while (id === "" || used.has(id)) id = `call${(count++).toString(36).padStart(5, "0")}`;
    used.add(id);
    return id;
  };
}
