/** Whether this machine has a Vulkan loader, which llama.cpp's builds for Vulkan need. */

import type { Env, Os } from "../config/locations.ts";

const FOLDERS = [
  ...["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"],
  ...["/lib64", "/usr/local/lib"],
];

/** The files that would be it. Pure. */
export function vulkanFiles(os: Os, env: Env): string[] {
  if (os === "windows") return [`${env["SystemRoot"] ?? "C:\\Windows"}\\System32\\vulkan-1.dll`];
  return os === "linux" ? FOLDERS.map((folder) => `${folder}/libvulkan.so.1`) : [];
}

/** Whether one of them is there. */
export async function hasVulkan(os: Os, env: Env): Promise<boolean> {
  for (const file of vulkanFiles(os, env)) {
    if (await Deno.stat(file).then(() => true, () => false)) return true;
  }
  return false;
}
