/** What the log tells of models that come and go. */
import type { Log } from "../log.ts";
import type { Plan } from "../models/fit.ts";
import type { PoolOptions } from "../supervise/pool.ts";
import { planText } from "./models/plan.ts";

/** @param planOf how a model is run; null where that is not known */
export function toldOf(log: Log, planOf: (id: string) => Plan | null): PoolOptions["onChange"] {
  const begun = new Map<string, number>();
  return (id, state, error) => {
    const facts = { model: id, state };
    if (error !== undefined) return log.warn(error.message, facts);
    if (state === "starting") {
      begun.set(id, performance.now());
      const plan = planOf(id);
      return log.info(`model ${id}: loading${plan === null ? "" : `, ${planText(plan)}`}`, facts);
    }
    if (state !== "ready") return log.info(`model ${id}: ${state}`, facts);
    const load_ms = Math.round(performance.now() - (begun.get(id) ?? 0));
    begun.delete(id);
    log.info(`model ${id}: ready after ${load_ms} ms`, { ...facts, load_ms });
  };
}
