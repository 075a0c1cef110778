import { assertEquals } from "@std/assert";
import { run } from "../../src/cli/program.ts";
import type { Gpu, Machine } from "../../src/machine/machine.ts";
import { planText } from "../../src/cli/models/plan.ts";
import { modelFolder } from "../models/model_files.ts";
import { GIB, requestOf, roomWith } from "../models/fit_requests.ts";
import { fit } from "../../src/models/fit.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { fakeIo } from "./fake_io.ts";

/** What `models info` says of a real model of 910 KiB with this memory. */
async function tiny(machine: Partial<Machine>, ...args: string[]): Promise<string> {
  await using folder = await modelFolder();
  await folder.link(await tinyModel({ template: "qwen3" }), "tiny.gguf");
  const memory = { total: 16 * GIB, free: 12 * GIB };
  const io = fakeIo({
    env: { HOME: "/nowhere", OLLAMA_MODELS: "/nowhere" },
    machine: () => Promise.resolve({ ram: memory, gpus: [], unified: false, ...machine }),
  });
  const code = await run(["models", "info", "tiny", "--models-dir", folder.path, ...args], io);
  assertEquals([code, io.err], [0, ""]);
  return io.out;
}

function gpu(index: number, free: number): Gpu {
  return { index, name: "x", backend: "cuda", total: free, free };
}

async function line(machine: Partial<Machine>): Promise<string | undefined> {
  return (await tiny(machine)).split("\n").find((each) => each.startsWith("runs with"));
}

Deno.test("models info says with which context a model runs in RAM, and on a GPU", async () => {
  const expected = "runs with     131072 tokens × 4, 774.9 MiB";
  assertEquals(await line({}), `${expected} in RAM`);
  assertEquals(await line({ gpus: [gpu(0, GIB), gpu(1, 8 * GIB)] }), `${expected} on GPU 1`);
});

Deno.test("models info shrinks the context to the memory", async () => {
  const ram = { total: GIB, free: 0.5 * GIB };
  assertEquals(await line({ ram }), "runs with     62208 tokens, 460.3 MiB in RAM");
});

Deno.test("models info --json has the whole plan", async () => {
  const { plan, size } = JSON.parse(await tiny({ gpus: [gpu(3, 8 * GIB)] }, "--json"));
  const vram = size + 4 * 131_072 * 256 + 256 * 1024 ** 2 + 512 * (64 * 192 + 6 * 131_072);
  assertEquals(plan, {
    context: 131_072,
    slots: 4,
    total: 524_288,
    batch: null,
    offload: { kind: "all", gpus: [3] },
    bytes: { ram: 0, vram },
    limits: { native: 131_072, max: 131_072 },
    tight: false,
  });
});

Deno.test("models info has no plan for a model whose parts are missing", async () => {
  await using folder = await modelFolder();
  await folder.write("big-F16-00001-of-00003.gguf");
  const io = fakeIo({ env: { HOME: "/nowhere", OLLAMA_MODELS: "/nowhere" } });
  const args = ["models", "info", "big", "--models-dir", folder.path];
  assertEquals([await run(args, io), io.out.includes("runs with")], [0, false]);
  io.out = "";
  assertEquals([await run([...args, "--json"], io), JSON.parse(io.out).plan], [0, null]);
});

Deno.test("planText() names what is used of the machine", () => {
  const said = (weights: number, gpus: number[], ram: number) => {
    const room = roomWith(gpus, ram);
    return planText(fit(requestOf({ weights: weights * GIB, room, wishes: { context: 8192 } })));
  };
  assertEquals(said(30, [24, 24], 64), "8192 tokens × 4, 34.6 GiB on GPUs 0, 1");
  assertEquals(said(60, [24], 64), "8192 tokens × 4, 21.6 GiB on all GPUs, 42.8 GiB in RAM");
  assertEquals(said(60, [], 32), "8192 tokens, 61.4 GiB in RAM, which is more than is free");
});
