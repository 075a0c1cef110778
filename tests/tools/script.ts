import { ToolError } from "./tool_error.ts";

/**
 * Runs a tool as a script: its result goes to stdout as one line; a {@linkcode ToolError} and arguments
 * that `parseArgs` refuses become one sentence on stderr and exit status 1. Any other exception is a
 * defect and keeps its stack.
 */
export async function runScript(tool: string, work: () => Promise<string>): Promise<void> {
  try {
    console.log(await work());
  } catch (error) {
    if (!(error instanceof ToolError || isRefusedArgument(error))) throw error;
    console.error(`${tool}: ${error.message}`);
    Deno.exitCode = 1;
  }
}

function isRefusedArgument(error: unknown): error is TypeError & { code: string } {
  return error instanceof TypeError && "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
}
