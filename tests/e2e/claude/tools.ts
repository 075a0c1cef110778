import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toolCalls } from "../../claude/claude_events.ts";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { type McpServer, mcpServer } from "../../clients/mcp.ts";
import { callOffered, offeredFunctions, toolOutputs } from "../../clients/offered.ts";
import { startRelay } from "../../clients/recorder.ts";
import { text, toolCall } from "../../fake_llama/answers.ts";
import type { FakeScenario } from "./scenario.ts";

/** Tools that are found, or stand elsewhere. */
export const tools: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "a tool of an MCP server that was searched for",
    // 2.1.197 offers every tool at once.
    since: "2.1.330",
    run: searchedTool,
  },
  { upstream: "fake", name: "a tool of an MCP server without search", run: mcpTool },
  { upstream: "fake", name: "a search on the web finds nothing, and says so", run: webSearch },
  { upstream: "fake", name: "--json-schema is answered by its tool", run: schema },
];

const ADD = /^mcp__labecho__add$/;

/** Arguments of `claude` that tell of an MCP server, and of no other. */
function told({ command, args }: McpServer): string[] {
  const config = JSON.stringify({ mcpServers: { labecho: { command, args } } });
  return ["--strict-mcp-config", "--mcp-config", config, "--"];
}

async function searchedTool({ claude, fake }: FakeStage): Promise<void> {
  const server = await mcpServer(claude.workspace);
  fake.reply(toolCall("ToolSearch", { query: "select:mcp__labecho__add" }));
  fake.reply(callOffered(ADD, { a: 2, b: 40 }));
  fake.reply(text("It is 42."));
  assertEquals(said(await claude.run(...told(server), "How much is it?")), "It is 42.");
  assertEquals(await server.calls(), [{ name: "add", args: { a: 2, b: 40 } }]);
  const [first, second, third] = fake.requests.map(({ body }) => body);
  const [before, found] = [first, second].map((body) =>
    offeredFunctions(body).map(({ name }) => name)
  );
  assert(before !== undefined && !before.some((name) => ADD.test(name)), String(before));
  // What was found stands last, so that the prompt's beginning stays.
  assertEquals(found, [...before, "mcp__labecho__add"]);
  const [loaded, sum] = toolOutputs(third);
  assertStringIncludes(loaded ?? "", "mcp__labecho__add");
  assertStringIncludes(sum ?? "", "sum=42");
}

async function mcpTool({ claude, fake }: FakeStage): Promise<void> {
  const server = await mcpServer(claude.workspace);
  fake.reply(callOffered(ADD, { a: 2, b: 40 }));
  fake.reply(callOffered(/labecho__echo_back$/, { text: "two words" }));
  fake.reply(text("It is 42."));
  const run = await claude.with({ ENABLE_TOOL_SEARCH: "false" })
    .run(...told(server), "How much is it?");
  assertEquals(said(run), "It is 42.");
  assertEquals((await server.calls()).map(({ name }) => name), ["add", "echo_back"]);
  const [sum, echo, ...others] = toolOutputs(fake.requests[2]?.body);
  assertStringIncludes(sum ?? "", "sum=42");
  assertStringIncludes(echo ?? "", "echo=two words");
  assertEquals(others, []);
}

async function webSearch({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  fake.reply(toolCall("WebSearch", { query: "llamas in Cusco" }));
  fake.reply(text("I could not look it up."));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Search for llamas.");
  assertEquals(said(run), "I could not look it up.");
  // Claude Code has Chaski search; a model would invent what it found.
  const types = relay.requests.map(({ body }) =>
    JSON.stringify(body["tools"]).includes("web_search_")
  );
  assertEquals(types, [false, true, false]);
  assertEquals(fake.requests.length, 2);
  const [output, ...others] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(output ?? "", "Web search is not available");
  assertEquals(others, []);
}

const ANSWER_SCHEMA = JSON.stringify({
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
});

async function schema({ claude, fake }: FakeStage): Promise<void> {
  // A text first: Claude Code insists on the tool.
  fake.reply(text("It is Cusco."));
  fake.reply(callOffered(/^StructuredOutput$/, { city: "Cusco" }));
  const run = await claude.run("--json-schema", ANSWER_SCHEMA, "Which city?");
  assertEquals(run.code, 0, run.stderr);
  assertEquals(run.events.at(-1)?.structured_output, { city: "Cusco" });
  assertEquals(toolCalls(run.events).map(({ name }) => name), ["StructuredOutput"]);
  assertEquals(fake.requests.length, 2);
}
