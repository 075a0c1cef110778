/** The RAM of Linux, and how much of it a control group leaves. Pure. */

import type { Memory } from "./machine.ts";

/** What `/proc/meminfo` says; null where it does not. */
export function parseMeminfo(text: string): Memory | null {
  const total = sizeOf(text, /^MemTotal:\s+(\d+) kB$/m);
  const free = sizeOf(text, /^MemAvailable:\s+(\d+) kB$/m);
  return total === null || free === null ? null : { total: total * 1024, free: free * 1024 };
}

/** The files that tell what one control group may have, and what it has. */
export interface GroupFiles {
  limit: string;
  usage: string;
  stat: string;
}

const ROOTS = [
  {
    of: /^0::(\/.*)$/m,
    root: "/sys/fs/cgroup",
    ...{ limit: "memory.max", usage: "memory.current" },
  },
  {
    of: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m,
    root: "/sys/fs/cgroup/memory",
    ...{ limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes" },
  },
];

/** Groups that are looked at, from the process's own upwards. */
const DEEPEST = 16;

/**
 * Where the limits of a process may be, by `/proc/self/cgroup`: its own group's and those above it,
 * in version 2 and 1. A container may show its own group as the root.
 */
export function groupFiles(text: string): GroupFiles[] {
  return ROOTS.flatMap(({ of, root, limit, usage }) => {
    const path = of.exec(text)?.[1];
    if (path === undefined) return [];
    return foldersUp(path).map((folder) => ({
      limit: `${root}${folder}/${limit}`,
      usage: `${root}${folder}/${usage}`,
      stat: `${root}${folder}/memory.stat`,
    }));
  });
}

/** `/a/b` → `/a/b`, `/a`, and the root as "". */
function foldersUp(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  // `/../x` is a group outside of what this process sees.
  if (names.includes("..")) return [""];
  const folders = names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`);
  return [...folders.toReversed().slice(0, DEEPEST), ""];
}

/** What the texts of those files say; null where there is no limit (`max`). */
export function parseGroup({ limit, usage, stat }: GroupFiles): Memory | null {
  const total = sizeOf(limit, /^(\d+)$/m);
  const used = sizeOf(usage, /^(\d+)$/m);
  if (total === null || used === null) return null;
  const kept = Math.max(0, used - reclaimable(stat));
  return { total, free: Math.max(0, total - kept) };
}

/** Files that were read count as used, but go when the room is needed. */
function reclaimable(stat: string): number {
  const of = (name: string) => sizeOf(stat, new RegExp(`^${name} (\\d+)$`, "m"));
  // Version 1 keeps the sums over the groups below under names of their own.
  return ["inactive_file", "active_file"]
    .map((name) => of(`total_${name}`) ?? of(name) ?? 0)
    .reduce((sum, bytes) => sum + bytes, of("slab_reclaimable") ?? 0);
}

function sizeOf(text: string, pattern: RegExp): number | null {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}
