import { assertEquals } from "@std/assert";
import { engineAtHand } from "../../src/supervise/engine_at_hand.ts";
import { testFolder, tinyProgram } from "../engine/folder.ts";

const NVIDIA = "#!/bin/sh\necho '0, Some GPU, 24000, 23000, GPU-1, Disabled'\n";
const NO_DEVICE = tinyProgram(1).replace(/\\n {2}CUDA0:[^']*/, "");

/** The GPUs that count beside such a llama-server, on a machine with `nvidia-smi`. */
async function gpusBeside(program: string): Promise<string[]> {
  await using folder = await testFolder();
  await folder.write("nvidia-smi", NVIDIA, 0o755);
  const setting = await folder.write("llama-server", program, 0o755);
  const env = { ...Deno.env.toObject(), PATH: `${folder.path}:${Deno.env.get("PATH")}` };
  const { gpus } = await engineAtHand({ os: "linux", env, dataDir: null, setting }).machine();
  return gpus.map(({ name, backend }) => `${backend} ${name}`);
}

Deno.test("a GPU counts that llama-server names, and none where it names none", async () => {
  assertEquals(await gpusBeside(tinyProgram(1)), ["cuda Some GPU"]);
  assertEquals(await gpusBeside(NO_DEVICE), []);
});

Deno.test("a GPU counts that the vendor's tool names, where llama-server cannot be asked", async () => {
  const old = NO_DEVICE.replace("--list-devices   ", "--something-else ");
  assertEquals(await gpusBeside(old), ["cuda Some GPU"]);
});
