/** Calls in the forms of the tools that clients declare: the way back of what tool_set offers. */
import { assert, assertEquals } from "@std/assert";
import type { ChatChunk } from "../../../src/protocol/chat.ts";
import { upstreamFailure } from "../../../src/protocol/llama_error.ts";
import { toChat } from "../../../src/protocol/responses/request.ts";
import { parseCreateResponse } from "../../../src/protocol/responses/schema.ts";
import type { ResponseEvent } from "../../../src/protocol/responses/output/events.ts";
import { responseSteps } from "../../../src/protocol/responses/output/steps.ts";
import { usageCounter } from "../../../src/protocol/responses/output/usage.ts";
import { newResponse } from "../../../src/protocol/responses/output/response.ts";
import { assertCallEvents } from "../../sdk_shapes.ts";
import { functionTool, omit, plain } from "./translating.ts";

const SAMPLING = { temperature: 0.8, topP: 0.95, presencePenalty: 0, frequencyPenalty: 0 };

const parameters = {
  type: "object",
  properties: { a: { type: "string" }, n: { type: "number" } },
  required: ["a"],
};
const TOOLS = [
  functionTool("plain", { parameters }),
  {
    type: "namespace",
    name: "mcp__lab",
    tools: [functionTool("add", { parameters }), { type: "custom", name: "exec" }],
  },
  { type: "custom", name: "apply_patch" },
  {
    type: "tool_search",
    execution: "client",
    parameters: { type: "object", properties: { limit: { type: "number" } } },
  },
  { type: "local_shell" },
  { type: "shell" },
];

/** The events of an answer with one call, or of an answer that `ending` ends otherwise. */
function eventsOf(
  call: { name: string; pieces: readonly string[] },
  ending: "tool_calls" | "length" | "failure" = "tool_calls",
): ResponseEvent[] {
  const events: ResponseEvent[] = [];
  const body = { input: "x", tools: TOOLS };
  const { callable } = toChat(parseCreateResponse(body), plain, omit);
  let ids = 0;
  const steps = responseSteps({
    response: newResponse(body, { id: "resp_1", model: "m", createdAt: 1, sampling: SAMPLING }),
    emit: (event) => void events.push(event),
    newId: (prefix) => `${prefix}_${++ids}`,
    now: () => 2,
    usage: usageCounter(),
    reasoning: "summary",
    logprobs: false,
    mostCalls: Infinity,
    holdText: false,
    toolNamed: (name) => callable.find(({ chat }) => chat.function.name === name),
    newHealer: null,
    stop: null,
    sealReasoning: null,
  });
  const { name, pieces } = call;
  const chunk = (delta: object, finish_reason: string | null = null): ChatChunk => ({
    choices: [{ index: 0, delta, finish_reason }],
  });
  steps.open();
  steps.chunk(chunk({ tool_calls: [{ index: 0, id: "c", function: { name, arguments: "" } }] }));
  for (const text of pieces) {
    steps.chunk(chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] }));
  }
  if (ending === "failure") steps.fail(upstreamFailure("It broke."));
  else {
    steps.chunk(chunk({}, ending));
    steps.finish();
  }
  return events;
}

/** The one item of the last response, as clients read it. */
function itemOf(events: readonly ResponseEvent[]): unknown {
  const last = events.at(-1);
  assert(last !== undefined && "response" in last);
  assertEquals(last.response.output.length, 1);
  return JSON.parse(JSON.stringify(last.response.output[0]));
}

const called = (name: string, ...pieces: string[]) => eventsOf({ name, pieces });
const typesOf = (events: readonly ResponseEvent[]) =>
  events.map(({ type }) => type.replace("response.", ""));

Deno.test("responseSteps() gives a call of a namespace back with both its names", () => {
  const events = called("mcp__lab__add", '{"a":', '"1"}');
  assertEquals(itemOf(events), {
    type: "function_call",
    id: "fc_1",
    status: "completed",
    call_id: "c",
    name: "add",
    namespace: "mcp__lab",
    arguments: '{"a":"1"}',
  });
  assertCallEvents(events);
});

Deno.test("responseSteps() gives a function without a namespace back without one", () => {
  const item = itemOf(called("plain", "{}"));
  assert(typeof item === "object" && item !== null && !("namespace" in item));
});

Deno.test("responseSteps() tells a call of an unknown tool as a function of that name", () => {
  const events = called("nothing", "{}");
  assertEquals(itemOf(events), {
    type: "function_call",
    id: "fc_1",
    status: "completed",
    call_id: "c",
    name: "nothing",
    arguments: "{}",
  });
});

Deno.test("responseSteps() gives a custom tool's raw text back, told when it is whole", () => {
  const text = '*** Begin Patch\n*** Add File: "é".txt\n+🦙\n*** End Patch\n';
  const args = JSON.stringify({ input: text });
  const events = called("apply_patch", args.slice(0, 9), args.slice(9, 40), args.slice(40));
  assertEquals(itemOf(events), {
    type: "custom_tool_call",
    id: "ctc_1",
    status: "completed",
    call_id: "c",
    name: "apply_patch",
    input: text,
  });
  assertEquals(typesOf(events), [
    ...["created", "in_progress", "output_item.added"],
    ...["custom_tool_call_input.delta", "custom_tool_call_input.done"],
    ...["output_item.done", "completed"],
  ]);
  assertCallEvents(events);
});

Deno.test("responseSteps() gives a custom tool of a namespace back with both its names", () => {
  const events = called("mcp__lab__exec", '{"input":"text(1)"}');
  assertEquals(itemOf(events), {
    type: "custom_tool_call",
    id: "ctc_1",
    status: "completed",
    call_id: "c",
    name: "exec",
    namespace: "mcp__lab",
    input: "text(1)",
  });
  assertCallEvents(events);
});

Deno.test("responseSteps() gives tool_search back with an object for arguments", () => {
  const events = called("tool_search", '{"query":"add",', '"limit":3}');
  assertEquals(itemOf(events), {
    type: "tool_search_call",
    id: "tsc_1",
    status: "completed",
    call_id: "c",
    execution: "client",
    arguments: { query: "add", limit: 3 },
  });
  assertCallEvents(events);
});

Deno.test("responseSteps() gives a local shell's call back as an action", () => {
  const events = called("local_shell", '{"command":["ls","-l"],"timeout_ms":5}');
  assertEquals(itemOf(events), {
    type: "local_shell_call",
    id: "lsh_1",
    status: "completed",
    call_id: "c",
    action: { type: "exec", timeout_ms: 5, command: ["ls", "-l"], env: {} },
  });
  assertCallEvents(events);
  const line = itemOf(called("local_shell", '{"command":"ls | wc"}'));
  assertEquals(JSON.stringify(line).includes('["bash","-lc","ls | wc"]'), true);
});

Deno.test("responseSteps() gives a shell's call back as a list of commands", () => {
  const action = (args: string) => {
    const events = called("shell", args);
    assertCallEvents(events);
    const item = itemOf(events);
    return typeof item === "object" && item !== null && "action" in item ? item.action : null;
  };
  const given = { commands: ["ls", "pwd"], timeout_ms: 5, max_output_length: null };
  assertEquals(action('{"commands":["ls","pwd"],"timeout_ms":5}'), given);
  assertEquals(action('{"commands":"ls"}'), {
    commands: ["ls"],
    timeout_ms: null,
    max_output_length: null,
  });
});

Deno.test("responseSteps() never finishes a call that was cut, and shows what there is of it", () => {
  const cases: [string, string, Record<string, unknown>][] = [
    ["mcp__lab__add", '{"a":"hal', { arguments: '{"a":"hal', namespace: "mcp__lab" }],
    ["apply_patch", '{"input":"*** Begin\\n\\u00', { input: "*** Begin\n" }],
    ["tool_search", '{"query":"ad', { arguments: {} }],
    ["local_shell", '{"command":["l', { action: { type: "exec", command: [], env: {} } }],
  ];
  for (const [name, args, shown] of cases) {
    for (const ending of ["length", "failure"] as const) {
      const events = eventsOf({ name, pieces: [args] }, ending);
      assert(!typesOf(events).includes("output_item.done"));
      const item = itemOf(events);
      assertEquals(item, { ...item as object, ...shown, status: "incomplete" });
    }
  }
});

Deno.test("responseSteps() sets the types of every call right, and never shows what it has not told", () => {
  const search = itemOf(called("tool_search", '{"query":"x","limit":"5"}'));
  assertEquals(JSON.stringify(search).includes('"limit":5'), true);
  const told = (ending: "length" | "tool_calls") => {
    const events = eventsOf({ name: "plain", pieces: ['{"n":"1', '234","a":"x'] }, ending);
    const deltas = events.flatMap((event) =>
      event.type === "response.function_call_arguments.delta" ? [event.delta] : []
    );
    const item = itemOf(events) as { arguments: string };
    assertEquals(item.arguments, deltas.join(""));
    return item.arguments;
  };
  assertEquals(told("length"), '{"n":1234,"a":"x');
});
