import { type RunOptions, runProgram } from "../run_program.ts";
import { ToolError } from "../tool_error.ts";

/**
 * Runs `apt-get`, which has to succeed.
 *
 * @param purpose what it is run for, to follow "Cannot"
 * @returns what it wrote to stdout
 * @throws {ToolError} with apt's own first error sentence when it fails
 */
export async function aptGet(
  purpose: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { success, stdout, tail } = await runProgram("apt-get", args, options);
  if (success) return stdout;
  throw new ToolError(`Cannot ${purpose}: ${/^E: (.*)$/m.exec(tail)?.[1] ?? tail}`);
}
