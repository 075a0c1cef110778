/** A data directory of one test and a stand of releases, to install from the one into the other. */

import { join } from "node:path";
import { installEngine, type InstallInput } from "../../src/engine/install.ts";
import { tarGz } from "./archives.ts";
import { testFolder, tinyProgram } from "./folder.ts";
import { releaseStand } from "./release_stand.ts";

/** The archive of a tiny program that says it is that build. */
export function tinyArchive(build: number): Uint8Array<ArrayBuffer> {
  return tarGz([
    { name: `llama-b${build}/` },
    { name: `llama-b${build}/LICENSE`, data: "MIT" },
    { name: `llama-b${build}/llama-server`, data: tinyProgram(build), mode: 0o755 },
  ]);
}

/** Everything that an install touches. */
export async function installStage() {
  const folder = await testFolder();
  const stand = releaseStand();
  const dataDir = join(folder.path, "data");
  const told: string[] = [];
  return {
    stand,
    dataDir,
    told,
    install: (changes: Partial<InstallInput> = {}) =>
      installEngine({
        api: stand.api,
        release: null,
        backend: "cpu",
        machine: { os: "linux", arch: Deno.build.arch, vulkan: false },
        env: Deno.env.toObject(),
        dataDir,
        tell: (text) => told.push(text),
        ...changes,
      }),
    /** The names in the folder of what is installed. */
    kept: () => {
      try {
        return [...Deno.readDirSync(join(dataDir, "engines"))].map(({ name }) => name).sort();
      } catch {
        return [];
      }
    },
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
