/** What the log tells of models that come and go. */
import type { Facts, Log } from "../log.ts";
import type { Plan } from "../models/fit.ts";
import type { PoolOptions } from "../supervise/pool.ts";
import { planText } from "./models/plan.ts";

/** What is known of models beside their states. */
export interface Told {
  /** How a model is run; null where that is not known. */
  planOf(id: string): Plan | null;
  /** The last words of its process that has ended. */
  takeWords(id: string): Facts;
}

export function toldOf(log: Log, { planOf, takeWords }: Told): PoolOptions["onChange"] {
  const begun = new Map<string, number>();
  return (id, state, error) => {
    const facts = { model: id, state };
    const words = takeWords(id);
    if (error !== undefined) return log.warn(error.message, { ...facts, ...words });
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
