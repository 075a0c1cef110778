import { fileURLToPath } from "node:url";
import type { Workspace } from "../clients/workspace.ts";

/** A call that the MCP server has answered. */
export interface McpCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The MCP server `labecho` of a workspace. Codex starts and ends it. */
export interface McpServer {
  /** Arguments of `codex exec` that tell of it. */
  readonly args: readonly string[];
  /** The calls so far. */
  calls(): Promise<McpCall[]>;
}

const LOG = "mcp.jsonl";

/** Prepares `mcp_server.ts`, which adds numbers and repeats texts, for a Codex in this workspace. */
export async function mcpServer(workspace: Workspace): Promise<McpServer> {
  const log = await workspace.write(LOG, "");
  const program = fileURLToPath(new URL("./mcp_server.ts", import.meta.url));
  const args = ["run", "--quiet", "--no-config", `--allow-write=${log}`, program, log];
  const command = JSON.stringify(Deno.execPath());
  return {
    args: ["-c", `mcp_servers.labecho={command=${command},args=${JSON.stringify(args)}}`],
    async calls() {
      const lines = (await workspace.read(LOG)).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line));
    },
  };
}
