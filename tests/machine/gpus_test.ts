import { assertEquals } from "@std/assert";
import { parseAmdSmi, parseRocmSmi } from "../../src/machine/amd.ts";
import { parseDevices } from "../../src/engine/devices.ts";
import { gpusAmong } from "../../src/machine/engine_devices.ts";
import { parseNvidia } from "../../src/machine/nvidia.ts";
import { runProgram } from "../tools/run_program.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { recordedOutput } from "./recorded_output.ts";

const MIB = 1024 ** 2;

async function nvidia(name: string, visible?: string) {
  return parseNvidia(await recordedOutput(`nvidia-smi-${name}.txt`), visible);
}

Deno.test("parseNvidia() reads names and memory", async () => {
  assertEquals(await nvidia("two"), {
    gpus: [
      {
        index: 0,
        name: "NVIDIA GeForce RTX 4090",
        backend: "cuda",
        total: 24564 * MIB,
        free: 23642 * MIB,
      },
      {
        index: 1,
        name: "NVIDIA GeForce RTX 3090",
        backend: "cuda",
        total: 24576 * MIB,
        free: 11803 * MIB,
      },
    ],
    unified: [],
  });
});

const VISIBLE: [string, number[]][] = [
  ["0", [0]],
  ["1", [1]],
  [" 1 , 0", [0, 1]],
  ["", []],
  ["-1", []],
  ["1,-1,0", [1]],
  ["7", []],
  ["GPU-9d8e7f6a", [1]],
  ["GPU-9d8e7f6a-5b4c-3d2e-1f0a-b1c2d3e4f5a6,0", [0, 1]],
  ["MIG-9d8e7f6a-5b4c-3d2e-1f0a-b1c2d3e4f5a6", []],
];

for (const [visible, indices] of VISIBLE) {
  Deno.test(`parseNvidia() keeps ${indices.length} of two GPUs where '${visible}' is visible`, async () => {
    const { gpus } = await nvidia("two", visible);
    assertEquals(gpus.map(({ index }) => index), indices);
  });
}

Deno.test("parseNvidia() leaves out what MIG parts, and what is lost", async () => {
  const { gpus, unified } = await nvidia("mig");
  assertEquals([gpus.map(({ index }) => index), unified], [[1], []]);
});

Deno.test("parseNvidia() knows a GPU without memory of its own", async () => {
  const gpu = { index: 0, name: "NVIDIA GB10", backend: "cuda" as const };
  assertEquals(await nvidia("gb10"), { gpus: [], unified: [gpu] });
  assertEquals(await nvidia("gb10", ""), { gpus: [], unified: [] });
});

Deno.test("parseNvidia() takes answers of fewer fields, and nothing from other texts", () => {
  const { gpus } = parseNvidia("3, Tesla T4, 15360 MiB, 14900 MiB\r\n", undefined);
  assertEquals(gpus, [
    { index: 3, name: "Tesla T4", backend: "cuda", total: 15360 * MIB, free: 14900 * MIB },
  ]);
  const failed = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n";
  assertEquals(parseNvidia(failed, undefined), { gpus: [], unified: [] });
});

Deno.test("parseAmdSmi() reads names and memory of both forms", async () => {
  const metric = await recordedOutput("amd-smi-metric.json");
  const about = await recordedOutput("amd-smi-static.json");
  const expected = [{
    index: 0,
    name: "AMD Instinct MI300X",
    backend: "rocm" as const,
    total: 196592 * MIB,
    free: 196309 * MIB,
  }];
  assertEquals(parseAmdSmi(metric, about, undefined), expected);
  assertEquals(parseAmdSmi(`{"gpu_data":${metric}}`, `{"gpu_data":${about}}`, "0"), expected);
  assertEquals(parseAmdSmi(metric, "", "0"), [{ ...expected[0]!, name: "AMD" }]);
  assertEquals(parseAmdSmi(metric, about, "1"), []);
  for (const text of ["", "[", "[1, null]", "{}", '[{"gpu": -1, "mem_usage": []}]']) {
    assertEquals(parseAmdSmi(text, text, undefined), []);
  }
});

Deno.test("parseRocmSmi() reads names and memory", async () => {
  const text = await recordedOutput("rocm-smi.json");
  assertEquals(parseRocmSmi(text, undefined), [
    {
      index: 0,
      name: "Radeon RX 7900 XTX",
      backend: "rocm",
      total: 25_753_026_560,
      free: 24_679_284_736,
    },
    {
      index: 1,
      name: "Navi 21 [Radeon RX 6800]",
      backend: "rocm",
      total: 17_163_091_968,
      free: 17_135_185_920,
    },
  ]);
  assertEquals(parseRocmSmi(text, "1").map(({ index }) => index), [1]);
  assertEquals(parseRocmSmi("WARNING: No AMD GPUs specified", undefined), []);
});

Deno.test("gpusAmong() reads the GPUs of Vulkan", async () => {
  assertEquals(gpusAmong(parseDevices(await recordedOutput("list-devices.txt"))), [
    {
      index: 0,
      name: "NVIDIA H100",
      backend: "vulkan",
      total: 81559 * MIB,
      free: 81000 * MIB,
    },
    {
      index: 1,
      name: "AMD Radeon Graphics (RADV RENOIR)",
      backend: "vulkan",
      total: 15950 * MIB,
      free: 15012 * MIB,
    },
  ]);
});

Deno.test("gpusAmong() counts a card of two backends once, and no processors", async () => {
  const found = gpusAmong(parseDevices(await recordedOutput("list-devices-cuda.txt")));
  assertEquals(found.map(({ backend, index }) => [backend, index]), [["cuda", 0]]);
});

Deno.test("gpusAmong() reads Metal, which has no number", async () => {
  const [gpu] = gpusAmong(parseDevices(await recordedOutput("list-devices-metal.txt")));
  assertEquals(gpu, {
    index: 0,
    name: "Apple M2 Max",
    backend: "metal",
    total: 49152 * MIB,
    free: 49151 * MIB,
  });
});

Deno.test("gpusAmong() reads what a real llama-server prints", async () => {
  const { success, stdout } = await runProgram(await findLlamaServer(), ["--list-devices"]);
  assertEquals([success, stdout.includes("Available devices:")], [true, true]);
  const none = stdout.includes("(none)");
  assertEquals(gpusAmong(parseDevices(stdout)).length > 0, !none);
});
