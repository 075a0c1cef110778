/** The GPUs that `amd-smi` and `rocm-smi` tell of. Pure. */

import type { Gpu } from "./machine.ts";
import { isVisible } from "./visible.ts";

/** What is asked of `amd-smi`: memory, and names. */
export const AMD_SMI_METRIC = ["metric", "--mem-usage", "--json"];
export const AMD_SMI_STATIC = ["static", "--asic", "--json"];

/** What is asked of `rocm-smi`, which older systems have. */
export const ROCM_SMI = ["--showmeminfo", "vram", "--showproductname", "--json"];

/** Reads the answers of `amd-smi`; `visible` is `HIP_VISIBLE_DEVICES` or `ROCR_VISIBLE_DEVICES`. */
export function parseAmdSmi(metric: string, about: string, visible: string | undefined): Gpu[] {
  const names = new Map(
    listOf(about).map((each) => [numberOf(each["gpu"]), recordOf(each["asic"])["market_name"]]),
  );
  return listOf(metric).flatMap((each) => {
    const index = numberOf(each["gpu"]);
    const memory = recordOf(each["mem_usage"]);
    const total = sizeOf(memory["total_vram"]);
    const used = sizeOf(memory["used_vram"]);
    return gpu(index, names.get(index), total, used, visible);
  });
}

/** Reads the answer of `rocm-smi`. */
export function parseRocmSmi(text: string, visible: string | undefined): Gpu[] {
  return Object.entries(recordOf(parsed(text))).flatMap(([card, value]) => {
    const [, digits] = /^card(\d+)$/.exec(card) ?? [];
    const facts = recordOf(value);
    const name = facts["Card Series"] ?? facts["Card series"];
    const total = numberOf(facts["VRAM Total Memory (B)"]);
    const used = numberOf(facts["VRAM Total Used Memory (B)"]);
    return gpu(numberOf(digits), name, total, used, visible);
  });
}

/** None where a number is missing. */
function gpu(
  index: number | null,
  name: unknown,
  total: number | null,
  used: number | null,
  visible: string | undefined,
): Gpu[] {
  if (index === null || total === null || used === null) return [];
  if (!isVisible({ index, uuid: "" }, visible)) return [];
  return [{
    index,
    name: typeof name === "string" ? name : "AMD",
    backend: "rocm",
    total,
    free: Math.max(0, total - used),
  }];
}

const UNITS: ReadonlyMap<unknown, number> = new Map([
  ["B", 1],
  ["KB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
]);

/** `{ value, unit }`; the tool's MB are 1024² bytes. */
function sizeOf(value: unknown): number | null {
  const { value: amount, unit } = recordOf(value);
  const count = numberOf(amount);
  const size = UNITS.get(unit);
  return count === null || size === undefined ? null : count * size;
}

/** A list, which newer versions put into `gpu_data`. */
function listOf(text: string): Record<string, unknown>[] {
  const value = parsed(text);
  const list = Array.isArray(value) ? value : recordOf(value)["gpu_data"];
  return Array.isArray(list) ? list.map(recordOf) : [];
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
