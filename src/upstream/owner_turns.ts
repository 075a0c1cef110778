/** Who has requests at a llama-server, and who had the last turns. */

export interface OwnerTurns {
  begin(owner: string): void;
  end(owner: string): void;
  /** How many of an owner's requests run. */
  runningOf(owner: string): number;
  /** The number of an owner's last turn, higher than all before; -1 where that is forgotten. */
  lastTurnOf(owner: string): number;
}

/** Owners whose last turn is remembered; the one who had it the longest ago is forgotten first. */
const MOST = 1024;

export function ownerTurns(): OwnerTurns {
  const running = new Map<string, number>();
  const turns = new Map<string, number>();
  let count = 0;
  const runningOf = (owner: string) => running.get(owner) ?? 0;
  return {
    runningOf,
    lastTurnOf: (owner) => turns.get(owner) ?? -1,
    begin(owner) {
      running.set(owner, runningOf(owner) + 1);
      turns.delete(owner);
      turns.set(owner, count++);
      const [oldest] = turns.keys();
      if (turns.size > MOST && oldest !== undefined) turns.delete(oldest);
    },
    end(owner) {
      const left = runningOf(owner) - 1;
      if (left > 0) running.set(owner, left);
      else running.delete(owner);
    },
  };
}
