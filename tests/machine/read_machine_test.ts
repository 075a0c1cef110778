import { assertEquals } from "@std/assert";
import type { Outside } from "../../src/machine/outside.ts";
import { parseDevices } from "../../src/engine/devices.ts";
import { readMachine } from "../../src/machine/read_machine.ts";
import { roomOf } from "../../src/machine/room.ts";
import { recordedOutput } from "./recorded_output.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** A system with these files and these programs' outputs, by program and first argument. */
function system(
  { files = {}, programs = {}, ...changes }: Partial<Pick<Outside, "os" | "env">> & {
    files?: Record<string, string>;
    programs?: Record<string, string>;
  },
): Outside {
  return {
    os: "linux",
    env: {},
    readText: (path) => Promise.resolve(files[path] ?? null),
    output: (program, [first = ""]) =>
      Promise.resolve(programs[program] ?? programs[`${program} ${first}`] ?? null),
    memory: () => ({ total: 8 * GIB, free: 6 * GIB }),
    ...changes,
  };
}

const MEMINFO = { "/proc/meminfo": "MemTotal: 67108864 kB\nMemAvailable: 33554432 kB\n" };

Deno.test("readMachine() reads Linux without any limit or GPU", async () => {
  assertEquals(await readMachine(system({ files: MEMINFO }), null), {
    ram: { total: 64 * GIB, free: 32 * GIB },
    gpus: [],
    unified: false,
  });
});

Deno.test("readMachine() takes the narrowest limit of the groups", async () => {
  const files = {
    ...MEMINFO,
    "/proc/self/cgroup": "0::/a/b\n",
    "/sys/fs/cgroup/a/b/memory.max": "max\n",
    "/sys/fs/cgroup/a/b/memory.current": `${GIB}\n`,
    "/sys/fs/cgroup/a/memory.max": `${16 * GIB}\n`,
    "/sys/fs/cgroup/a/memory.current": `${6 * GIB}\n`,
    "/sys/fs/cgroup/a/memory.stat": `inactive_file ${2 * GIB}\n`,
  };
  const { ram } = await readMachine(system({ files }), null);
  assertEquals(ram, { total: 16 * GIB, free: 12 * GIB });
});

Deno.test("readMachine() asks Deno where the system has no such files", async () => {
  const windows = await readMachine(system({ os: "windows", files: MEMINFO }), null);
  assertEquals(windows.ram, { total: 8 * GIB, free: 6 * GIB });
  assertEquals((await readMachine(system({}), null)).ram, windows.ram);
  assertEquals((await readMachine(system({ os: "darwin" }), null)).ram, windows.ram);
});

Deno.test("readMachine() takes the vendor with the most memory, without what is hidden", async () => {
  const programs = {
    "nvidia-smi": await recordedOutput("nvidia-smi-two.txt"),
    "rocm-smi": await recordedOutput("rocm-smi.json"),
  };
  const named = async (env: Record<string, string>) => {
    const { gpus, unified } = await readMachine(system({ env, programs }), null);
    return [...gpus.map(({ backend, index }) => `${backend}${index}`), unified];
  };
  assertEquals(await named({}), ["cuda0", "cuda1", false]);
  const hidden = { CUDA_VISIBLE_DEVICES: "1" };
  assertEquals(await named(hidden), ["rocm0", "rocm1", false]);
  assertEquals(await named({ ...hidden, ROCR_VISIBLE_DEVICES: "1" }), ["cuda1", false]);
  const amd = { CUDA_VISIBLE_DEVICES: "", HIP_VISIBLE_DEVICES: "0", ROCR_VISIBLE_DEVICES: "1" };
  assertEquals(await named(amd), ["rocm0", false]);
});

Deno.test("readMachine() believes amd-smi before rocm-smi", async () => {
  const programs = {
    "amd-smi metric": await recordedOutput("amd-smi-metric.json"),
    "amd-smi static": await recordedOutput("amd-smi-static.json"),
    "rocm-smi": await recordedOutput("rocm-smi.json"),
  };
  const { gpus } = await readMachine(system({ programs }), null);
  assertEquals(gpus.map(({ name }) => name), ["AMD Instinct MI300X"]);
});

Deno.test("readMachine() believes llama-server before the vendors", async () => {
  const programs = { "nvidia-smi": await recordedOutput("nvidia-smi-two.txt") };
  const devices = await recordedOutput("list-devices.txt");
  const { gpus } = await readMachine(system({ programs }), parseDevices(devices));
  assertEquals(gpus.map(({ backend, free }) => [backend, free / MIB]), [
    ["vulkan", 81000],
    ["vulkan", 15012],
  ]);
  const without = await readMachine(system({ programs }), []);
  assertEquals(without.gpus, []);
});

Deno.test("readMachine() counts memory that GPU and processor share once", async () => {
  const programs = { "nvidia-smi": await recordedOutput("nvidia-smi-gb10.txt") };
  const spark = await readMachine(system({ files: MEMINFO, programs }), null);
  assertEquals(spark.unified, true);
  assertEquals(spark.gpus, [
    { index: 0, name: "NVIDIA GB10", backend: "cuda", total: 64 * GIB, free: 32 * GIB },
  ]);
  assertEquals(roomOf(spark), {
    ram: 32 * GIB,
    gpus: [{ index: 0, bytes: 32 * GIB }],
    unified: true,
  });
});

Deno.test("readMachine() reads a Mac, whose GPU has what the RAM leaves", async () => {
  const programs = {
    sysctl: await recordedOutput("sysctl-m2.txt"),
    vm_stat: await recordedOutput("vm_stat.txt"),
  };
  const mac = await readMachine(system({ os: "darwin", programs }), null);
  const free = 2_100_000 * 16384;
  assertEquals([mac.ram.free, mac.gpus[0]?.total, mac.unified], [free, 48 * GIB, true]);
  const listed = await recordedOutput("list-devices-metal.txt");
  const told = await readMachine(system({ os: "darwin", programs }), parseDevices(listed));
  assertEquals([told.gpus[0]?.free, told.unified], [49151 * MIB, true]);
  assertEquals(roomOf(told).gpus, [{ index: 0, bytes: free }]);
});

Deno.test("roomOf() is what is free of RAM and GPUs", () => {
  const gpu = { index: 2, name: "x", backend: "rocm" as const, total: 9, free: 7 };
  const machine = { ram: { total: 5, free: 3 }, gpus: [gpu], unified: false };
  assertEquals(roomOf(machine), { ram: 3, gpus: [{ index: 2, bytes: 7 }], unified: false });
});
