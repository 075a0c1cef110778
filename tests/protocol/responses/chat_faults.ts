/** What the strictest of the templates and llama-server's parser would refuse in a chat request. */
import type { ChatMessage, ChatRequest } from "../../../src/protocol/chat.ts";

/** The faults of a request whose turns must alternate; none is what a test wants. */
export function chatFaults(chat: ChatRequest): string[] {
  return [
    ...systemFaults(chat.messages),
    ...turnFaults(chat.messages),
    ...callFaults(chat.messages),
    ...toolFaults(chat),
    ...textFaults(chat.messages),
  ];
}

function systemFaults(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message, i) => {
    if (message.role !== "system") return [];
    if (i > 0) return [`${i}: a system message that is not first`];
    return message.content === "" ? [`${i}: an empty system message`] : [];
  });
}

/** User and assistant in turn, tool loops aside: what Mistral's template counts. */
function turnFaults(messages: readonly ChatMessage[]): string[] {
  const faults: string[] = [];
  const turns = messages.filter((message) =>
    message.role === "user" || (message.role === "assistant" && message.tool_calls === undefined)
  );
  turns.forEach((message, i) => {
    if ((message.role === "user") !== (i % 2 === 0)) {
      faults.push(`turn ${i}: ${message.role} again`);
    }
  });
  const said = messages.filter(({ role }) => role !== "system");
  if (said[0]?.role !== "user") faults.push("the user does not speak first");
  const last = said.at(-1)?.role;
  if (last !== "user" && last !== "tool") faults.push(`the last message is of role ${last}`);
  return faults;
}

/** Every call answered at once, in order; ids unique; arguments objects. */
function callFaults(messages: readonly ChatMessage[]): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  let expected: string[] = [];
  messages.forEach((message, i) => {
    if (message.role === "tool") {
      if (expected.shift() !== message.tool_call_id) faults.push(`${i}: an output out of order`);
      if (typeof message.content !== "string" || message.content.trim() === "") {
        faults.push(`${i}: an output without text`);
      }
      return;
    }
    if (expected.length > 0) faults.push(`${i}: ${expected.length} calls without an output`);
    expected = [];
    if (message.role !== "assistant") return;
    if (message.tool_calls?.length === 0) faults.push(`${i}: an empty list of calls`);
    for (const { id, function: called } of message.tool_calls ?? []) {
      if (!/^[A-Za-z0-9]{9}$/.test(id)) faults.push(`${i}: the id ${id}`);
      if (ids.has(id)) faults.push(`${i}: the id ${id} again`);
      ids.add(id);
      expected.push(id);
      if (called.name === "") faults.push(`${i}: a call without a name`);
      if (!isObjectText(called.arguments)) faults.push(`${i}: arguments ${called.arguments}`);
    }
  });
  return expected.length > 0 ? [...faults, "the last calls have no output"] : faults;
}

function toolFaults({ tools, tool_choice, parallel_tool_calls, logprobs }: ChatRequest): string[] {
  const names = (tools ?? []).map((tool) => tool.function.name);
  const faults: string[] = [];
  if (tools?.length === 0) faults.push("an empty list of tools");
  if (new Set(names).size < names.length) faults.push("a tool twice");
  const about = tool_choice !== undefined || parallel_tool_calls !== undefined;
  if (about && tools === undefined) faults.push("a choice among no tools");
  if (typeof tool_choice === "object" && !names.includes(tool_choice.function.name)) {
    faults.push("a forced tool that is not offered");
  }
  if (logprobs && tools !== undefined) faults.push("log probabilities beside tools");
  return faults;
}

function textFaults(messages: readonly ChatMessage[]): string[] {
  const faults: string[] = [];
  // A replacer sees every string; `JSON.stringify` alone would escape what is ill-formed.
  JSON.stringify(messages, (key, value: unknown) => {
    if (value === null || value === undefined) faults.push(`${key} is ${value}`);
    if (typeof value === "string" && !value.isWellFormed()) faults.push(`${key} is ill-formed`);
    return value;
  });
  const users = messages.filter(({ role }) => role === "user");
  if (users.some(({ content }) => content?.length === 0)) faults.push("an empty user turn");
  return faults;
}

function isObjectText(text: string): boolean {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
