/** Looks at the machine: its RAM and its GPUs. */

import { AMD_SMI_METRIC, AMD_SMI_STATIC, parseAmdSmi, parseRocmSmi, ROCM_SMI } from "./amd.ts";
import { appleGpu, appleRam, parseSysctl, SYSCTL } from "./apple.ts";
import { type EngineDevice, gpusAmong } from "./engine_devices.ts";
import { groupFiles, parseGroup, parseMeminfo } from "./linux_ram.ts";
import type { Backend, Gpu, Machine, Memory } from "./machine.ts";
import { NVIDIA_SMI, parseNvidia } from "./nvidia.ts";
import type { Outside } from "./outside.ts";

/**
 * What there is now. Everything is asked at once and takes 5 s at most; a tool that is not there, or
 * fails, has told nothing.
 *
 * @param devices what llama-server itself names: its GPUs count, and no tool's, because it cannot use
 * others. Null where there is no such answer.
 */
export async function readMachine(
  outside: Outside,
  devices: readonly EngineDevice[] | null,
): Promise<Machine> {
  const { ram, gpus, unified } = outside.os === "darwin"
    ? await readMac(outside)
    : await readOther(outside);
  const usable = devices === null ? gpus : gpusAmong(devices);
  return { ram, gpus: ofOneBackend(usable), unified };
}

/** A llama-server is built for one; of several the one with the most memory counts. */
function ofOneBackend(gpus: readonly Gpu[]): Gpu[] {
  const sizeOf = (wanted: Backend) =>
    gpus.reduce((sum, { backend, total }) => backend === wanted ? sum + total : sum, 0);
  const [best] = gpus.map(({ backend }) => backend).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  return gpus.filter(({ backend }) => backend === best);
}

async function readMac({ output, memory }: Outside): Promise<Machine> {
  const [told, vmStat] = await Promise.all([output("sysctl", SYSCTL), output("vm_stat", [])]);
  const sysctl = parseSysctl(told ?? "");
  const ram = appleRam(sysctl, vmStat ?? "") ?? memory();
  const gpu = appleGpu(sysctl, ram);
  return { ram, gpus: gpu === null ? [] : [gpu], unified: gpu !== null };
}

async function readOther(outside: Outside): Promise<Machine> {
  const [ram, nvidia, amd] = await Promise.all([
    readRam(outside),
    readNvidia(outside),
    readAmd(outside),
  ]);
  const shared = nvidia.unified.map((gpu) => ({ ...gpu, ...ram }));
  return { ram, gpus: [...nvidia.gpus, ...shared, ...amd], unified: shared.length > 0 };
}

async function readRam({ os, readText, memory }: Outside): Promise<Memory> {
  // Deno opens these files only for a program with every permission, as the executable is one.
  const said = os === "linux" ? await readText("/proc/meminfo") : null;
  const whole = (said && parseMeminfo(said)) || memory();
  const groups = os === "linux" ? groupFiles(await readText("/proc/self/cgroup") ?? "") : [];
  const bounds = await Promise.all(groups.map(async ({ limit, usage, stat }) => {
    const [most, used, parts] = await Promise.all([limit, usage, stat].map(readText));
    return parseGroup({ limit: most ?? "", usage: used ?? "", stat: parts ?? "" });
  }));
  const all = [whole, ...bounds.filter((bound) => bound !== null)];
  return {
    total: Math.min(...all.map(({ total }) => total)),
    free: Math.min(...all.map(({ free }) => free)),
  };
}

async function readNvidia({ output, env }: Outside) {
  return parseNvidia(await output("nvidia-smi", NVIDIA_SMI) ?? "", env["CUDA_VISIBLE_DEVICES"]);
}

async function readAmd({ output, env }: Outside): Promise<Gpu[]> {
  const [metric, about, rocm] = await Promise.all([
    output("amd-smi", AMD_SMI_METRIC),
    output("amd-smi", AMD_SMI_STATIC),
    output("rocm-smi", ROCM_SMI),
  ]);
  const visible = env["HIP_VISIBLE_DEVICES"] ?? env["ROCR_VISIBLE_DEVICES"];
  const gpus = parseAmdSmi(metric ?? "", about ?? "", visible);
  return gpus.length > 0 ? gpus : parseRocmSmi(rocm ?? "", visible);
}
