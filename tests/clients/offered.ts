import { assert } from "@std/assert";
import type { JsonBody } from "./recorder.ts";
import { toolCall } from "../fake_llama/answers.ts";
import type { Script } from "../fake_llama/script.ts";

/** A function as a chat request offers it. */
interface OfferedFunction {
  readonly name: string;
  readonly parameters: { readonly properties: Record<string, unknown> };
}

/** The functions that a chat request offers, in their order. */
export function offeredFunctions(body: JsonBody | undefined): OfferedFunction[] {
  assert(body !== undefined, "there is no such request");
  const tools = body["tools"] ?? [];
  assert(Array.isArray(tools));
  return tools.map((tool) => tool.function);
}

/**
 * Calls the offered function whose name matches: what it is called upstream is for Chaski to say. Where
 * none matches, a name that tells so is called, which the client then complains about.
 */
export function callOffered(name: RegExp, args: unknown): Script {
  return ({ body }) => {
    const match = offeredFunctions(body).find((offered) => name.test(offered.name));
    return toolCall(match?.name ?? `nothing_like_${name.source.replaceAll(/\W+/g, "_")}`, args);
  };
}

/** The messages of a chat request. */
export function chatMessages(body: JsonBody | undefined): JsonBody[] {
  const messages = body?.["messages"];
  assert(Array.isArray(messages), "there is no such request");
  return messages;
}

/** The contents of the messages with role `tool`. */
export function toolOutputs(body: JsonBody | undefined): string[] {
  return chatMessages(body).flatMap(({ role, content }) =>
    role === "tool" ? [String(content)] : []
  );
}
