import { arch, platform } from "node:process";
import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "../tools/cache.ts";
import { unpackNpm } from "../tools/npm_package.ts";
import { type Progress, progressOnStderr } from "../tools/progress.ts";
import { runScript } from "../tools/script.ts";
import { ToolError } from "../tools/tool_error.ts";
import { CLAUDE_RELEASES, type ClaudePlatform, type ClaudeRelease } from "./claude_release.ts";

/** An unpacked Claude Code. */
export interface ClaudeCli {
  readonly version: string;
  /** The executable itself, which needs no Node: signals reach it at once. */
  readonly program: string;
}

/**
 * Gives the real Claude Code, fetched by npm when it is not cached yet (175 MB, unpacked 380 MB).
 *
 * @throws {ToolError} when npm fails, when the package is not the pinned one, or when there is none
 * for this platform
 */
export async function claudeCli(
  { version, integrity }: ClaudeRelease = CLAUDE_RELEASES[0],
  onProgress: Progress = progressOnStderr("claude"),
): Promise<ClaudeCli> {
  const here = `${platform}-${arch}`;
  if (!isPlatform(here)) {
    throw new ToolError(`Cannot use Claude Code ${version}: it is not pinned for ${here}`);
  }
  const folder = join(await cacheFolder(), `claude-${version}-${here}`);
  if (!await isThere(folder)) {
    await withToolLock("claude", onProgress, async (scratch) => {
      if (await isThere(folder)) return;
      const spec = `@anthropic-ai/claude-code-${here}@${version}`;
      onProgress(`fetching ${spec} from npm`);
      await Deno.rename(await unpackNpm({ spec, integrity: integrity[here] }, scratch), folder);
    });
  }
  return { version, program: join(folder, platform === "win32" ? "claude.exe" : "claude") };
}

function isPlatform(name: string): name is ClaudePlatform {
  return name in CLAUDE_RELEASES[0].integrity;
}

if (import.meta.main) await runScript("claude", async () => (await claudeCli()).program);
