import { ToolError } from "../tool_error.ts";

const USUAL_PORT = 8484;

/** A port for Chaski to listen on, 0 for a free one, with a note when it is not the usual one. */
export interface ChosenPort {
  readonly port: number;
  readonly note: string;
}

/**
 * Chooses the port: the wanted one, else the usual one, else a free one.
 *
 * @throws {ToolError} when the wanted one is taken
 */
export function choosePort(wanted: number | undefined): ChosenPort {
  const port = wanted ?? USUAL_PORT;
  if (isFree(port)) return { port, note: "" };
  if (wanted === undefined) return { port: 0, note: ` (port ${USUAL_PORT} is taken)` };
  throw new ToolError(
    `Cannot listen on port ${wanted}: another program uses it; choose another by --port`,
  );
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw new ToolError(`Cannot listen on port ${port}: the system refuses it`);
  }
}
