/** Which models have to go so that another one fits. Pure. */

/** Memory of both kinds; what runs on no GPU takes no `vram`. */
export interface Memory {
  ram: number;
  vram: number;
}

/** A model that takes memory. */
export interface Resident {
  id: string;
  memory: Memory;
  /** Any clock; a model that is at work was used just now. */
  lastUsed: number;
  /** Never goes for another one. */
  pinned: boolean;
}

/** What all models together may take. */
export interface Room {
  memory: Memory;
  /** Models side by side. */
  most: number;
}

/**
 * The ids of those that go, least recently used first and as few as will do; none where it fits.
 * Null where pinned ones are in the way. What is larger than the whole room gets all of it, because
 * llama-server may still cope (mapped files, layers that stay in RAM).
 */
export function evictions(
  wanted: Memory,
  residents: readonly Resident[],
  room: Room,
): string[] | null {
  const stay = new Set(residents);
  const going: Resident[] = [];
  const movable = byLastUse(residents.filter(({ pinned }) => !pinned));
  for (const resident of movable) {
    if (fits(wanted, [...stay], room)) break;
    stay.delete(resident);
    going.push(resident);
  }
  if (stay.size > 0 && !fits(wanted, [...stay], room)) return null;
  // A small one that went first may stay after all, when a large one went behind it.
  for (const resident of going.toReversed()) {
    if (!fits(wanted, [...stay, resident], room)) continue;
    stay.add(resident);
  }
  return going.filter((resident) => !stay.has(resident)).map(({ id }) => id);
}

/** Looks at each clock once: that of a model at work goes on. */
function byLastUse(residents: readonly Resident[]): Resident[] {
  return residents.map((resident) => ({ resident, lastUsed: resident.lastUsed }))
    .toSorted((a, b) => a.lastUsed - b.lastUsed)
    .map(({ resident }) => resident);
}

function fits(wanted: Memory, residents: readonly Resident[], { memory, most }: Room): boolean {
  const sum = (kind: keyof Memory) =>
    residents.reduce((all, { memory }) => all + memory[kind], wanted[kind]);
  const enough = sum("ram") <= memory.ram && sum("vram") <= memory.vram;
  return residents.length < most && enough;
}
