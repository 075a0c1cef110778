/** The memory of a Mac, from `sysctl` and `vm_stat`. Pure. */

import type { Gpu, Memory } from "./machine.ts";

/** What is asked of `sysctl`; `-i` leaves out what a Mac does not know. */
export const SYSCTL = [
  "-i",
  "hw.memsize",
  "hw.optional.arm64",
  "iogpu.wired_limit_mb",
  "machdep.cpu.brand_string",
];

/** What `sysctl` told, by name. */
export function parseSysctl(text: string): ReadonlyMap<string, string> {
  const lines = [...text.matchAll(/^([\w.]+): (.*)$/gm)];
  return new Map(lines.map(([, name = "", value = ""]) => [name, value]));
}

/** The RAM, of which the pages are free that `vm_stat` calls free, speculative and inactive. */
export function appleRam(sysctl: ReadonlyMap<string, string>, vmStat: string): Memory | null {
  const total = Number(sysctl.get("hw.memsize") ?? NaN);
  const page = Number(/\(page size of (\d+) bytes\)/.exec(vmStat)?.[1] ?? NaN);
  const pages = [...vmStat.matchAll(/^Pages (free|speculative|inactive):\s+(\d+)\.?$/gm)]
    .reduce((sum, [, , count]) => sum + Number(count), 0);
  const free = page * pages;
  return Number.isFinite(total) && Number.isFinite(free)
    ? { total, free: Math.min(total, free) }
    : null;
}

const GIB = 1024 ** 3;

/**
 * The GPU of Apple silicon; null on other Macs. It may take what `iogpu.wired_limit_mb` says; where
 * that is 0, macOS allows two thirds of up to 36 GiB, and three quarters of more.
 */
export function appleGpu(sysctl: ReadonlyMap<string, string>, ram: Memory): Gpu | null {
  if (sysctl.get("hw.optional.arm64") !== "1") return null;
  const limit = Number(sysctl.get("iogpu.wired_limit_mb") ?? 0) * 1024 ** 2;
  const share = ram.total <= 36 * GIB ? 2 / 3 : 3 / 4;
  const total = Math.min(ram.total, limit > 0 ? limit : Math.floor(ram.total * share));
  return {
    index: 0,
    name: sysctl.get("machdep.cpu.brand_string") ?? "Apple silicon",
    backend: "metal",
    total,
    free: Math.min(total, ram.free),
  };
}
