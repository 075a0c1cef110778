import { parseArgs } from "node:util";
import { reasonOf } from "../cache.ts";
import { ToolError } from "../tool_error.ts";

/** What the command line of the demonstration says. */
export interface DemoOptions {
  /** The path of a llama-server to use. */
  readonly llamaServer?: string | undefined;
  /** The port for Chaski; 0 takes a free one. Default: its usual port, or a free one. */
  readonly port?: number | undefined;
  /** End after the one request. */
  readonly once: boolean;
  /** Print {@linkcode HELP} and end. */
  readonly help: boolean;
}

/** The answer to `--help`. */
export const HELP = `deno task demo [options]

Starts Chaski over a real llama-server with a tiny model, sends it one streamed
request, shows the events, and keeps serving until Ctrl-C.

  --llama-server PATH  the llama-server to use (env CHASKI_LLAMA_SERVER; default:
                       the one on PATH, else on Debian one from Debian's packages)
  --port PORT          port for Chaski (default 8484, or a free one when it is taken)
  --once               end after the request
  --help               print this
`;

/**
 * Reads the arguments.
 *
 * @throws {ToolError} when one is unknown or has no meaning
 */
export function readOptions(args: readonly string[]): DemoOptions {
  const { "llama-server": llamaServer, port, once, help } = parsed(args);
  return { llamaServer, port: readPort(port), once, help };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "llama-server": { type: "string" },
        port: { type: "string" },
        once: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new ToolError(`Cannot run the demonstration: ${firstSentence(reasonOf(error))}`);
  }
}

// parseArgs goes on about positional arguments, which there are none of here.
function firstSentence(text: string): string {
  return text.split(". ")[0] ?? text;
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new ToolError(`Cannot use --port ${text}: it is a number from 0 to 65535`);
}
