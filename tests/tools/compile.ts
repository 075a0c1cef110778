import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CompileOutcome, denoCompile } from "./compile/deno_compile.ts";
import { embeddedPackages, unexpectedPackages } from "./compile/embedded_packages.ts";
import { denoPair, PAIR_VERSION, pairRunsOn } from "./deno_pair.ts";
import { type Progress, progressOnStderr } from "./progress.ts";
import { runProgram } from "./run_program.ts";
import { runScript } from "./script.ts";
import { ToolError } from "./tool_error.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAIR_TARGET = "x86_64-unknown-linux-gnu";
/** Deno lets nobody else read `/proc` and `/sys`: memory, and which processes are Chaski's own. */
const PERMISSIONS = ["--allow-all"];

/** What to compile the program for. */
export interface CompileOptions {
  /** A target as `deno compile --target` names it. Default: the machine that compiles. */
  readonly target?: string | undefined;
  /** Default: lines on stderr. */
  readonly onProgress?: Progress;
}

/**
 * Compiles the program to `dist/chaski` (`dist/chaski.exe` for Windows): with the running Deno when its
 * denort can be had, else with the pair from npm. It gets there only after a check of the npm packages
 * that it embeds and, where it runs on this machine, a first start.
 *
 * @returns the path of the executable
 * @throws {ToolError} when compiling fails, when a package is embedded that the program does not
 * import, or when the executable does not start
 */
export async function compile({ target, onProgress }: CompileOptions = {}): Promise<string> {
  const windows = target === undefined ? Deno.build.os === "windows" : target.includes("windows");
  const name = windows ? "chaski.exe" : "chaski";
  const dist = join(ROOT, "dist");
  await Deno.mkdir(dist, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: dist, prefix: ".compile." });
  try {
    const made = join(scratch, name);
    const output = await compileTo(made, target, onProgress ?? progressOnStderr("compile"));
    refuseUnexpected(output);
    if (target === undefined) await refuseForeignRuntime(made);
    await Deno.rename(made, join(dist, name));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return join(dist, name);
}

/** Compiles to `path`; returns what `deno compile` printed. */
async function compileTo(
  path: string,
  target: string | undefined,
  tell: Progress,
): Promise<string> {
  const targeted = target === undefined ? [] : ["--target", target];
  // The cache of compiled code would lie at a predictable place in the temp folder, and gains nothing.
  const cache = "--no-code-cache";
  const args = ["--frozen", cache, ...PERMISSIONS, ...targeted, "--output", path, "main.ts"];
  tell(`compiling with Deno ${Deno.version.deno}`);
  let outcome = await denoCompile({ deno: Deno.execPath(), root: ROOT, args });
  if (outcome.kind === "no-denort") {
    const missing = `denort ${Deno.version.deno} cannot be downloaded (${outcome.reason})`;
    outcome = await compileWithPair(missing, target, args, tell);
  } else if (outcome.kind === "compiled") {
    tell(`compiled with Deno ${Deno.version.deno}, whose own denort could be had`);
  }
  if (outcome.kind === "compiled") return outcome.output;
  const reason = outcome.kind === "failed" ? outcome.output : outcome.reason;
  throw new ToolError(`Cannot compile the program:\n${reason}`);
}

async function compileWithPair(
  missing: string,
  target: string | undefined,
  args: readonly string[],
  tell: Progress,
): Promise<CompileOutcome> {
  if (!pairRunsOn(Deno.build) || (target ?? PAIR_TARGET) !== PAIR_TARGET) {
    throw new ToolError(
      `Cannot compile the program: ${missing}, and the one from npm is for ${PAIR_TARGET} alone`,
    );
  }
  tell(`${missing}, so compiling with Deno and denort ${PAIR_VERSION} from npm instead`);
  return await denoCompile({ ...await denoPair(tell), root: ROOT, args });
}

function refuseUnexpected(output: string): void {
  const unexpected = unexpectedPackages(embeddedPackages(output));
  if (unexpected.length === 0) return;
  const names = unexpected.join(", ");
  throw new ToolError(
    `Cannot accept the executable: it embeds npm packages beyond its own: ${names}`,
  );
}

// With a DENORT_BIN of another version, or one that is no denort, compiling succeeds all the same.
async function refuseForeignRuntime(path: string): Promise<void> {
  const { success, stdout, tail } = await runProgram(path, ["--version"]);
  if (success && stdout.startsWith("chaski ")) return;
  throw new ToolError(
    `Cannot accept the executable: it does not tell its version; check DENORT_BIN\n${tail}`,
  );
}

if (import.meta.main) {
  await runScript("compile", async () => {
    const { values } = parseArgs({ options: { target: { type: "string" } } });
    return await compile({ target: values.target });
  });
}
