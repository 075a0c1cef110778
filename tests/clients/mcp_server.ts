/**
 * A small MCP server for a client to start: JSON-RPC 2.0 over stdio, one message a line (Model Context
 * Protocol 2025-06-18). It notes every call as a line of JSON in the file that its first argument names.
 */

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly protocolVersion?: string;
    readonly name?: string;
    readonly arguments?: Record<string, unknown>;
  };
}

const number = { type: "number" };

const TOOLS = [
  {
    name: "add",
    description: "Adds two numbers.",
    inputSchema: {
      type: "object",
      properties: { a: number, b: number },
      required: ["a", "b"],
      additionalProperties: false,
    },
  },
  {
    name: "echo_back",
    description: "Gives a text back.",
    inputSchema: {
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
      additionalProperties: false,
    },
  },
];

/** The result of a request; null for a method that is not known here. */
function resultOf({ method, params }: Message): unknown {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: params?.protocolVersion ?? "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "labecho", version: "1.0.0" },
      };
    case "ping":
      return {};
    case "tools/list":
      return { tools: TOOLS };
    case "tools/call":
      return { content: [{ type: "text", text: call(params?.name, params?.arguments ?? {}) }] };
    default:
      return null;
  }
}

function call(name: string | undefined, args: Record<string, unknown>): string {
  Deno.writeTextFileSync(Deno.args[0] ?? "", `${JSON.stringify({ name, args })}\n`, {
    append: true,
  });
  return name === "add" ? `sum=${Number(args["a"]) + Number(args["b"])}` : `echo=${args["text"]}`;
}

/** The answer to a line; notifications have none. */
function answer(message: Message): Record<string, unknown> | null {
  if (message.id === undefined) return null;
  const result = resultOf(message);
  const error = { code: -32601, message: `Cannot do ${message.method}: there is no such method` };
  return { jsonrpc: "2.0", id: message.id, ...(result === null ? { error } : { result }) };
}

let rest = "";
for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines.filter((text) => text.trim() !== "")) {
    const message = answer(JSON.parse(line));
    if (message !== null) console.log(JSON.stringify(message));
  }
}
