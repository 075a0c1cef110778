/**
 * Puts Chaski into a Codex configuration on disk: read, backed up, replaced in one step.
 */

import { dirname, join } from "node:path";
import { type CodexTarget, codexToml } from "./provider.ts";
import { withChaski } from "./toml_edit.ts";

/** What was done. */
export interface Written {
  changed: boolean;
  /** The copy of what was there before. */
  backup?: string;
}

/** Bytes. A configuration does not come near. */
const LARGEST = 1024 * 1024;

/**
 * Writes the settings for a Chaski into the file, which may be absent, as may its folder. A file that
 * a link points to is changed where it really lies. Throws a sentence where nothing was written.
 *
 * @param now for the name of the backup
 */
export async function writeCodexConfig(
  path: string,
  target: CodexTarget,
  now: Date,
): Promise<Written> {
  try {
    const there = await current(path);
    if (there === null) {
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replace(path, codexToml(target), null);
      return { changed: true };
    }
    const edited = withChaski(there.text, target);
    if (edited === there.text) return { changed: false };
    const stamp = now.toISOString().replaceAll(":", "-");
    const backup = join(dirname(there.path), `config.toml.${stamp}.bak`);
    await write(backup, there.text, there.info);
    await replace(there.path, edited, there.info);
    return { changed: true, backup };
  } catch (error) {
    throw new Error(`Cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** The text with its byte order mark, and the file itself where the path is a link. */
async function current(
  path: string,
): Promise<{ path: string; text: string; info: Deno.FileInfo } | null> {
  try {
    const real = await Deno.realPath(path);
    const info = await Deno.stat(real);
    if (info.size > LARGEST) throw new SyntaxError("it is larger than 1 MiB");
    const bytes = await Deno.readFile(real);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: real, text, info };
  } catch (error) {
    if (error instanceof TypeError) throw new SyntaxError("it is not UTF-8");
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // A link to nowhere is somebody's arrangement, which a new file would replace.
    const link = await Deno.lstat(path).catch(() => null);
    if (link !== null) throw new SyntaxError("it is a link to a file that is not there");
    return null;
  }
}

/** Whoever reads sees the old file or the new one, never half of one. */
async function replace(path: string, text: string, like: Deno.FileInfo | null): Promise<void> {
  const scratch = join(dirname(path), `.config.toml.${crypto.randomUUID()}`);
  try {
    await write(scratch, text, like);
    await Deno.rename(scratch, path);
  } catch (error) {
    await Deno.remove(scratch).catch(() => {});
    throw error;
  }
}

/** A new file with the permissions and, where that is allowed, the owner of another. */
async function write(path: string, text: string, like: Deno.FileInfo | null): Promise<void> {
  // Only for its owner until it is whole: a configuration may hold a token.
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
  if (like === null || Deno.build.os === "windows") return;
  if (like.uid !== Deno.uid()) await Deno.chown(path, like.uid, like.gid).catch(() => {});
  if (like.mode !== null) await Deno.chmod(path, like.mode & 0o7777);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "its folder is a file";
  return error instanceof Error ? error.message : String(error);
}
