import { join } from "node:path";
import { requireProgram } from "./run_program.ts";
import { ToolError } from "./tool_error.ts";

/** A package of npm, pinned. */
export interface NpmPackage {
  /** Like `NAME@VERSION`. */
  readonly spec: string;
  /** npm's `dist.integrity`. */
  readonly integrity: string;
  /** What need not be unpacked, as `tar --exclude` takes it. */
  readonly unneeded?: string;
}

/**
 * Fetches a package by npm and unpacks it to the folder `package` in `scratch`.
 *
 * @throws {ToolError} when npm fails, or when the package is not the pinned one
 */
export async function unpackNpm(
  { spec, integrity, unneeded }: NpmPackage,
  scratch: string,
): Promise<string> {
  const purpose = `fetch ${spec} from npm`;
  // A cache of its own, because what npm keeps of a large package is needed only once.
  const pack = ["pack", "--silent", "--cache", join(scratch, "npm"), spec];
  const archive = (await requireProgram(purpose, "npm", pack, { cwd: scratch })).trim();
  const bytes = await Deno.readFile(join(scratch, archive));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64();
  if (`sha512-${digest}` !== integrity) {
    throw new ToolError(`Cannot use ${spec}: what npm delivered is not the one that is pinned`);
  }
  const excluded = unneeded === undefined ? [] : ["--exclude", unneeded];
  await requireProgram(purpose, "tar", ["-xzf", archive, ...excluded], { cwd: scratch });
  return join(scratch, "package");
}
