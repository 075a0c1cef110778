import { ToolError } from "./tool_error.ts";

const TAIL_LINES = 12;

/** How a program is to be run. */
export interface RunOptions {
  /** The folder to run it in. Default: the current one. */
  readonly cwd?: string;
  /** Environment variables to add. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface Outcome {
  readonly success: boolean;
  readonly stdout: string;
  /** The last dozen lines of what it wrote to stdout and stderr. */
  readonly tail: string;
}

/**
 * Runs a program to its end, without input and with messages in English.
 *
 * @throws {ToolError} when there is no such program
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): Promise<Outcome> {
  const command = new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env, LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  try {
    const { success, stdout, stderr } = await command.output();
    const said = new TextDecoder().decode(stdout);
    return { success, stdout: said, tail: tailOf(`${said}\n${new TextDecoder().decode(stderr)}`) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ToolError(`Cannot run ${program}: there is no such program on this machine`);
  }
}

/**
 * Runs a program that has to succeed.
 *
 * @param purpose what it is run for, to follow "Cannot"
 * @returns what it wrote to stdout
 * @throws {ToolError} `Cannot <purpose>: …` with the end of its output when it fails
 */
export async function requireProgram(
  purpose: string,
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { success, stdout, tail } = await runProgram(program, args, options);
  if (!success) throw new ToolError(`Cannot ${purpose}: ${program} failed\n${tail}`);
  return stdout;
}

/** The last dozen non-empty lines of a text. */
export function tailOf(text: string): string {
  return text.split(/\r?\n|\r/).filter((line) => line.trim() !== "").slice(-TAIL_LINES).join("\n");
}
