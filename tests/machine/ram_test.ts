import { assertEquals } from "@std/assert";
import { appleGpu, appleRam, parseSysctl } from "../../src/machine/apple.ts";
import { groupFiles, parseGroup, parseMeminfo } from "../../src/machine/linux_ram.ts";
import { recordedOutput } from "./recorded_output.ts";

const GIB = 1024 ** 3;

Deno.test("parseMeminfo() reads what is there and what may be taken", () => {
  const text = "MemTotal:       24684084 kB\nMemFree:        1 kB\nMemAvailable:   24208552 kB\n";
  assertEquals(parseMeminfo(text), { total: 24684084 * 1024, free: 24208552 * 1024 });
  assertEquals(parseMeminfo(text.replace("MemAvailable", "Mem")), null);
  assertEquals(parseMeminfo(""), null);
});

Deno.test("groupFiles() names the own group of version 2 and those above it", () => {
  assertEquals(groupFiles("0::/user.slice/run.scope\n").map(({ limit }) => limit), [
    "/sys/fs/cgroup/user.slice/run.scope/memory.max",
    "/sys/fs/cgroup/user.slice/memory.max",
    "/sys/fs/cgroup/memory.max",
  ]);
  assertEquals(groupFiles("0::/\n"), [{
    limit: "/sys/fs/cgroup/memory.max",
    usage: "/sys/fs/cgroup/memory.current",
    stat: "/sys/fs/cgroup/memory.stat",
  }]);
});

Deno.test("groupFiles() names the group of version 1", () => {
  const text = "5:devices:/x\n4:memory:/ab\n3:cpu,cpuacct:/\n";
  assertEquals(groupFiles(text), [
    {
      limit: "/sys/fs/cgroup/memory/ab/memory.limit_in_bytes",
      usage: "/sys/fs/cgroup/memory/ab/memory.usage_in_bytes",
      stat: "/sys/fs/cgroup/memory/ab/memory.stat",
    },
    {
      limit: "/sys/fs/cgroup/memory/memory.limit_in_bytes",
      usage: "/sys/fs/cgroup/memory/memory.usage_in_bytes",
      stat: "/sys/fs/cgroup/memory/memory.stat",
    },
  ]);
});

Deno.test("groupFiles() leaves no folder, and looks at so many", () => {
  assertEquals(groupFiles("0::/../../etc\n").map(({ limit }) => limit), [
    "/sys/fs/cgroup/memory.max",
  ]);
  assertEquals(groupFiles(`0::${"/x".repeat(1000)}\n`).length, 17);
  assertEquals(groupFiles(""), []);
});

Deno.test("parseGroup() counts files that were read as free", () => {
  const stat = "anon 1000\nfile 900\ninactive_file 300\nactive_file 500\nslab_reclaimable 50\n";
  const group = { limit: "8192\n", usage: "2048\n", stat };
  assertEquals(parseGroup(group), { total: 8192, free: 8192 - (2048 - 850) });
  assertEquals(parseGroup({ ...group, stat: "" }), { total: 8192, free: 6144 });
  assertEquals(parseGroup({ ...group, limit: "1000\n" }), { total: 1000, free: 0 });
});

Deno.test("parseGroup() takes the sums of version 1", () => {
  const stat = "inactive_file 1\nactive_file 1\ntotal_inactive_file 100\ntotal_active_file 200\n";
  assertEquals(parseGroup({ limit: "8192\n", usage: "2048\n", stat }), { total: 8192, free: 6444 });
});

Deno.test("parseGroup() knows no limit, and nothing of files that are not there", () => {
  assertEquals(parseGroup({ limit: "max\n", usage: "2048\n", stat: "" }), null);
  assertEquals(parseGroup({ limit: "", usage: "", stat: "" }), null);
});

Deno.test("appleRam() and appleGpu() share the memory of Apple silicon", async () => {
  const sysctl = parseSysctl(await recordedOutput("sysctl-m2.txt"));
  const ram = appleRam(sysctl, await recordedOutput("vm_stat.txt"));
  assertEquals(ram, { total: 64 * GIB, free: 2_100_000 * 16384 });
  assertEquals(appleGpu(sysctl, ram!), {
    index: 0,
    name: "Apple M2 Max",
    backend: "metal",
    total: 48 * GIB,
    free: 2_100_000 * 16384,
  });
});

const WORKING_SETS: [number, string, number][] = [
  [24, "0", 16],
  [36, "0", 24],
  [48, "0", 36],
  [48, "40960", 40],
  [16, "40960", 16],
];

for (const [size, limit, expected] of WORKING_SETS) {
  Deno.test(`appleGpu() may take ${expected} of ${size} GiB where the limit is ${limit} MiB`, () => {
    const sysctl = new Map([["hw.optional.arm64", "1"], ["iogpu.wired_limit_mb", limit]]);
    const gpu = appleGpu(sysctl, { total: size * GIB, free: size * GIB });
    assertEquals([gpu?.name, gpu?.total, gpu?.free], [
      "Apple silicon",
      expected * GIB,
      expected * GIB,
    ]);
  });
}

Deno.test("appleGpu() knows none on other Macs, appleRam() none without its tools", async () => {
  const sysctl = parseSysctl(await recordedOutput("sysctl-intel.txt"));
  assertEquals(appleGpu(sysctl, { total: 16 * GIB, free: GIB }), null);
  assertEquals(appleRam(sysctl, ""), null);
  assertEquals(appleRam(new Map(), await recordedOutput("vm_stat.txt")), null);
});
