import { fileURLToPath } from "node:url";
import type { Workspace } from "./workspace.ts";

/** A call that the MCP server has answered. */
export interface McpCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** An MCP server that the client of a workspace starts and ends. */
export interface McpServer {
  readonly command: string;
  readonly args: readonly string[];
  /** The calls so far. */
  calls(): Promise<McpCall[]>;
}

const LOG = "mcp.jsonl";

/** Prepares `mcp_server.ts`, which adds numbers and repeats texts, for a client in this workspace. */
export async function mcpServer(workspace: Workspace): Promise<McpServer> {
  const log = await workspace.write(LOG, "");
  const program = fileURLToPath(new URL("./mcp_server.ts", import.meta.url));
  return {
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-config", `--allow-write=${log}`, program, log],
    async calls() {
      const lines = (await workspace.read(LOG)).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line));
    },
  };
}
