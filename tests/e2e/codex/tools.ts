import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completedItems } from "../../codex/codex_events.ts";
import { type McpServer, mcpServer } from "../../clients/mcp.ts";
import { catalogue, type Codex, type FakeStage } from "../../codex/stage.ts";
import { text, toolCall } from "../../fake_llama/answers.ts";
import { callOffered, chatMessages, offeredFunctions, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** Tools that are more than functions to Codex, and only that to a model. */
export const tools: readonly FakeScenario[] = [
  { upstream: "fake", name: "apply_patch edits files", run: applyPatch },
  { upstream: "fake", name: "apply_patch complains of a bad patch", run: badPatch },
  { upstream: "fake", name: "a tool of an MCP server", run: mcpTool },
  // Older versions offer every tool at once, also to a model that could search.
  { upstream: "fake", name: "a tool that was searched for", since: "0.145.0", run: searchedTool },
  { upstream: "fake", name: "a tool that is not there", run: unknownTool },
];

const PATCH = `*** Begin Patch
*** Update File: greeting.txt
@@
-Hello.
+Hello, world.
*** Add File: added.txt
+A "new" line.
*** End Patch
`;

async function applyPatch({ codex, fake }: FakeStage): Promise<void> {
  await codex.workspace.write("repository/greeting.txt", "Hello.\n");
  fake.reply(callOffered(/^apply_patch$/, { input: PATCH }));
  fake.reply(text("It is done."));
  const run = await codex.exec("Edit the greeting.");
  assertEquals(said(run), ["It is done."]);
  assertEquals(await codex.workspace.read("repository/greeting.txt"), "Hello, world.\n");
  assertEquals(await codex.workspace.read("repository/added.txt"), 'A "new" line.\n');
  assertEquals(completedItems(run.events, "file_change").length, 1);
  const [output, ...others] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(output ?? "", "Success");
  assertEquals(others, []);
  assertEquals(callsIn(fake.requests[1]?.body), [["apply_patch", { input: PATCH }]]);
}

async function badPatch({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(callOffered(/^apply_patch$/, { input: "Please change the greeting." }));
  fake.reply(text("I cannot."));
  assertEquals(said(await codex.exec("Edit the greeting.")), ["I cannot."]);
  assertStringIncludes(toolOutputs(fake.requests[1]?.body)[0] ?? "", "*** Begin Patch");
}

const ADD = /labecho.*add$/;

/** Arguments of `codex exec` that tell of an MCP server. */
function told({ command, args }: McpServer): string[] {
  const [program, line] = [command, args].map((value) => JSON.stringify(value));
  return ["-c", `mcp_servers.labecho={command=${program},args=${line}}`];
}

async function mcpTool({ codex, fake }: FakeStage): Promise<void> {
  const server = await mcpServer(codex.workspace);
  fake.reply(callOffered(ADD, { a: 2, b: 40 }));
  fake.reply(callOffered(/labecho.*echo_back$/, { text: "two words" }));
  fake.reply(text("It is 42."));
  const run = await codex.exec(...told(server), "How much is it?");
  assertEquals(said(run), ["It is 42."]);
  assertEquals(await server.calls(), [
    { name: "add", args: { a: 2, b: 40 } },
    { name: "echo_back", args: { text: "two words" } },
  ]);
  const [sum, echo, ...others] = toolOutputs(fake.requests[2]?.body);
  assertStringIncludes(sum ?? "", "sum=42");
  assertStringIncludes(echo ?? "", "echo=two words");
  assertEquals(others, []);
  assertEquals(
    callsIn(fake.requests[2]?.body).map(([name]) => name),
    // A call in the history has the name under which the tool is offered.
    [ADD, /labecho.*echo_back$/].map((pattern) => nameLike(pattern, fake.requests[2]?.body)),
  );
}

async function searchedTool({ codex, chaski, fake }: FakeStage): Promise<void> {
  const server = await mcpServer(codex.workspace);
  const searching = await withSearch(codex, chaski.url);
  fake.reply(callOffered(/^tool_search$/, { query: "add numbers", limit: 4 }));
  fake.reply(callOffered(ADD, { a: 2, b: 40 }));
  fake.reply(text("It is 42."));
  const run = await codex.exec(...told(server), ...searching, "How much is it?");
  assertEquals(said(run), ["It is 42."]);
  assertEquals(nameLike(ADD, fake.requests[0]?.body), undefined);
  assert(nameLike(ADD, fake.requests[1]?.body) !== undefined);
  assertEquals(await server.calls(), [{ name: "add", args: { a: 2, b: 40 } }]);
  assertStringIncludes(toolOutputs(fake.requests[2]?.body)[1] ?? "", "sum=42");
}

/** Arguments for a Codex to which every model is one that can search for tools. */
async function withSearch({ workspace }: Codex, chaski: string): Promise<string[]> {
  const models = (await catalogue(chaski)).models.map((model) => ({
    ...model,
    supports_search_tool: true,
  }));
  const path = await workspace.write("searching.json", JSON.stringify({ models }));
  return ["-c", `model_catalog_json=${JSON.stringify(path)}`];
}

async function unknownTool({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(toolCall("fly_to_cusco", { speed: "high" }));
  fake.reply(text("Then I walk."));
  assertEquals(said(await codex.exec("Go to Cusco.")), ["Then I walk."]);
  const [output, ...others] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(output ?? "", "fly_to_cusco");
  assertEquals(others, []);
}

function nameLike(pattern: RegExp, body: Parameters<typeof offeredFunctions>[0]) {
  return offeredFunctions(body).find(({ name }) => pattern.test(name))?.name;
}

/** Name and arguments of every call in the messages of a chat request. */
function callsIn(body: Parameters<typeof chatMessages>[0]): [string, unknown][] {
  const calls = chatMessages(body).flatMap(({ tool_calls }) =>
    Array.isArray(tool_calls) ? tool_calls : []
  );
  return calls.map(({ function: { name, arguments: args } }) => [name, JSON.parse(args)]);
}
