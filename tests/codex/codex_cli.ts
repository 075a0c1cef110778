import { arch, platform } from "node:process";
import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "../tools/cache.ts";
import { unpackNpm } from "../tools/npm_package.ts";
import { type Progress, progressOnStderr } from "../tools/progress.ts";
import { runScript } from "../tools/script.ts";
import { ToolError } from "../tools/tool_error.ts";
import { CODEX_RELEASES, type CodexPlatform, type CodexRelease } from "./codex_release.ts";

/** An unpacked Codex. */
export interface CodexCli {
  readonly version: string;
  /** The executable itself, without npm's launcher in between: signals reach it at once. */
  readonly program: string;
  /** A folder of programs that Codex expects on its PATH. */
  readonly path: string;
}

const TRIPLES: Readonly<Record<CodexPlatform, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
  "win32-arm64": "aarch64-pc-windows-msvc",
};

/**
 * Gives the real Codex CLI, fetched by npm when it is not cached yet (about 150 MB).
 *
 * @throws {ToolError} when npm fails, when the package is not the pinned one, or when the release is
 * not pinned for this platform
 */
export async function codexCli(
  release: CodexRelease = CODEX_RELEASES[0],
  onProgress: Progress = progressOnStderr("codex"),
): Promise<CodexCli> {
  const here = `${platform}-${arch}`;
  const integrity = isPlatform(here) ? release.integrity[here] : undefined;
  if (!isPlatform(here) || integrity === undefined) {
    throw new ToolError(`Cannot use Codex ${release.version}: it is not pinned for ${here}`);
  }
  const folder = join(await cacheFolder(), `codex-${release.version}-${here}`);
  if (!await isThere(folder)) {
    await withToolLock("codex", onProgress, async (scratch) => {
      if (await isThere(folder)) return;
      onProgress(`fetching @openai/codex ${release.version} from npm`);
      const spec = `@openai/codex@${release.version}-${here}`;
      const unneeded = "*/codex-resources/voice";
      await Deno.rename(await unpackNpm({ spec, integrity, unneeded }, scratch), folder);
    });
  }
  return { version: release.version, ...await programIn(join(folder, "vendor", TRIPLES[here])) };
}

/** Codex 0.130 and older name the folders otherwise than 0.145 and later. */
async function programIn(vendor: string): Promise<Pick<CodexCli, "program" | "path">> {
  const name = platform === "win32" ? "codex.exe" : "codex";
  const program = join(vendor, "bin", name);
  if (await isThere(program)) return { program, path: join(vendor, "codex-path") };
  return { program: join(vendor, "codex", name), path: join(vendor, "path") };
}

function isPlatform(name: string): name is CodexPlatform {
  return name in TRIPLES;
}

if (import.meta.main) {
  const wanted = Deno.args[0];
  await runScript("codex", async () => {
    const release = CODEX_RELEASES.find(({ version }) => version === (wanted ?? version));
    if (release === undefined) throw new ToolError(`Cannot use Codex ${wanted}: it is not pinned`);
    return (await codexCli(release)).program;
  });
}
