/** Which files of a release are for this machine. Pure. */

import type { Os } from "../config/locations.ts";
import { cannotInstall } from "./error.ts";
import type { Asset, Release } from "./releases.ts";

/** What llama-server computes with. */
export const BACKENDS = ["cpu", "vulkan", "cuda", "rocm", "metal"] as const;

/** One of them. */
export type Backend = typeof BACKENDS[number];

/** The machine to install for. */
export interface Machine {
  os: Os;
  arch: typeof Deno.build.arch;
  /** Whether a Vulkan loader is there. */
  vulkan: boolean;
}

/** The archives to unpack into one folder, the one with the program first. */
export interface Choice {
  backend: Backend;
  assets: readonly [Asset, ...Asset[]];
}

/** `llama-b7003-bin-win-cuda-12.4-x64.zip`, and what belongs to it: `cudart-llama-bin-win-…`. */
const NAME = /^(llama-[\w.]+|cudart-llama)-bin-(ubuntu|macos|win)(?:-([\w.-]+))?-(x64|arm64)\./;

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: "ubuntu",
  darwin: "macos",
  windows: "win",
};

/** The archive for a backend, or for the best one that this machine may have. Throws a sentence. */
export function chooseAssets(release: Release, machine: Machine, wanted: Backend | null): Choice {
  const there = builds(release, machine);
  const order: readonly Backend[] = machine.vulkan ? ["metal", "vulkan", "cpu"] : ["metal", "cpu"];
  for (const backend of wanted === null ? order : [wanted]) {
    const [first] = there.filter((build) => build.backend === backend)
      // Of several versions of CUDA the lowest runs with most drivers.
      .sort((a, b) => a.kind.localeCompare(b.kind, "en", { numeric: true }));
    if (first !== undefined) return { backend, assets: [first.asset, ...first.libraries] };
  }
  const names = [...new Set(there.map(({ backend }) => backend))].join(", ");
  throw cannotInstall(
    `llama.cpp's release ${release.tag} has no build${wanted === null ? "" : ` for ${wanted}`} ` +
      `for this system (${machine.os}, ${machine.arch}); ` +
      (names === ""
        ? "build it from source, and name it by --llama-server"
        : `take --backend with one of ${names}, or build it from source`),
  );
}

interface Build {
  backend: Backend;
  /** The middle of its name, like `cuda-12.4`. */
  kind: string;
  asset: Asset;
  libraries: Asset[];
}

function builds({ assets }: Release, machine: Machine): Build[] {
  const named = assets.flatMap((asset) => {
    const [, program = "", system, kind = "", arch] = NAME.exec(asset.name) ?? [];
    const fits = system === SYSTEMS[machine.os] && arch === archName(machine) &&
      /\.(?:zip|tar\.gz)$/.test(asset.name);
    return fits ? [{ program, kind, asset }] : [];
  });
  return named.flatMap(({ program, kind, asset }) => {
    const backend = backendOf(kind, machine);
    if (program === "cudart-llama" || backend === null) return [];
    const libraries = named.filter((other) =>
      other.program === "cudart-llama" && other.kind === kind
    ).map((other) => other.asset);
    return [{ backend, kind, asset, libraries }];
  });
}

function archName({ arch }: Machine): string {
  return arch === "aarch64" ? "arm64" : "x64";
}

function backendOf(kind: string, { os, arch }: Machine): Backend | null {
  // llama.cpp builds without Metal for Macs with Intel's processors.
  if (kind === "") return os === "darwin" && arch === "aarch64" ? "metal" : "cpu";
  if (kind === "hip-radeon") return "rocm";
  return BACKENDS.find((backend) => kind === backend || kind.startsWith(`${backend}-`)) ?? null;
}
