import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type Anthropic from "@anthropic-ai/sdk";
import {
  type AnthropicCheck,
  type AnthropicStage,
  type Asked,
  full,
  promptTokens,
  says,
  textOf,
} from "./anthropic_stage.ts";
import { MODEL } from "./sdk_stage.ts";

/** What a prompt may hold, and how its tokens are counted. */
export const anthropicInputChecks: readonly AnthropicCheck[] = [
  { name: "`messages.create()` takes system texts in both places", run: systems },
  { name: "`messages.create()` gives a blind model a mark for an image", run: images },
  { name: "`messages.create()` reads documents and search results as text", run: documents },
  { name: "`messages.countTokens()` counts what usage tells", run: counted },
  { name: "`messages.create()` tells what came from the cache", run: cached },
];

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const image: Anthropic.ImageBlockParam = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: PIXEL },
};

async function tokens(client: Anthropic, asked: Asked): Promise<number> {
  return (await client.messages.countTokens({ model: MODEL, ...asked })).input_tokens;
}

async function systems({ client }: AnthropicStage): Promise<void> {
  const messages = says("[[plain]] Hello.");
  const rule = "Speak of llamas.";
  const plain = await tokens(client, { messages });
  const ways: Asked[] = [
    { messages, system: rule },
    { messages, system: [{ type: "text", text: rule, cache_control: { type: "ephemeral" } }] },
    { messages: [{ role: "system", content: rule }, ...messages] },
    { messages: [...messages, { role: "system", content: rule }] },
    { messages: [...messages, { role: "system", content: [{ type: "text", text: rule }] }] },
    {
      system: rule,
      messages: [
        ...messages,
        { role: "assistant", content: "Hello." },
        { role: "system", content: rule },
        ...messages,
      ],
    },
  ];
  for (const asked of ways) {
    const message = await client.messages.create(full(asked));
    assertEquals(message.stop_reason, "end_turn");
    assert(promptTokens(message) > plain + 5, JSON.stringify(asked));
  }
}

async function images({ client }: AnthropicStage): Promise<void> {
  const call = { type: "tool_use", id: "call_1", name: "Read", input: {} } as const;
  const result: Anthropic.ToolResultBlockParam = {
    type: "tool_result",
    tool_use_id: "call_1",
    content: [image],
  };
  const asks: Anthropic.MessageParam[][] = [
    says([image, { type: "text", text: "[[plain]] What is this?" }]),
    [
      ...says("[[plain]] What is this?"),
      { role: "assistant", content: [call] },
      { role: "user", content: [result] },
    ],
  ];
  for (const messages of asks) {
    const { data, response } = await client.messages.create(full({ messages })).withResponse();
    assert(textOf(data).length > 0);
    assert(response.headers.get("x-chaski-notes")?.startsWith("image_omitted("), messages[0]?.role);
  }
}

async function documents({ client }: AnthropicStage): Promise<void> {
  const question = { type: "text" as const, text: "[[plain]] What does it say?" };
  const base = await tokens(client, { messages: says([question]) });
  const text = "The quick brown llama jumps over the lazy alpaca. ".repeat(4);
  const source = { type: "text", media_type: "text/plain", data: text } as const;
  const blocks: Anthropic.ContentBlockParam[] = [
    { type: "document", source, title: "Llamas", context: "A tale" },
    { type: "document", source: { type: "content", content: [{ type: "text", text }] } },
    { type: "search_result", title: "Llamas", source: "web", content: [{ type: "text", text }] },
  ];
  for (const block of blocks) {
    const message = await client.messages.create(full({ messages: says([block, question]) }));
    assert(promptTokens(message) > base + 50, block.type);
  }
  const data = btoa("%PDF-1.7\n\0\x01\x02");
  const pdf = { type: "base64", media_type: "application/pdf", data } as const;
  const messages = says([{ type: "document", source: pdf }, question]);
  const { response } = await client.messages.create(full({ messages })).withResponse();
  const notes = response.headers.get("x-chaski-notes") ?? "";
  assertStringIncludes(notes, "document_omitted(messages[0].content[0])");
}

async function counted({ client }: AnthropicStage): Promise<void> {
  const tools: Anthropic.Tool[] = [{ name: "Read", input_schema: { type: "object" } }];
  const asks: Asked[] = [
    { messages: says("[[plain]] Hello.") },
    { messages: says("[[plain]] Hello."), system: "Speak of llamas.", tools },
    { messages: says([image, { type: "text", text: "[[plain]] Hello." }]), tools: [] },
    { messages: says("[[think]] Hello."), thinking: { type: "adaptive" } },
  ];
  for (const asked of asks) {
    const expected = await tokens(client, asked);
    const message = await client.messages.stream(full({ ...asked, max_tokens: 5 })).finalMessage();
    assertEquals(promptTokens(message), expected, JSON.stringify(asked));
  }
}

async function cached({ client }: AnthropicStage): Promise<void> {
  const system = `You are a llama. ${"You eat grass and hay. ".repeat(30)}`;
  const metadata = { user_id: crypto.randomUUID() };
  const messages = says("[[plain]] Hello.");
  const first = await client.messages.create(full({ system, messages, metadata }));
  messages.push({ role: "assistant", content: first.content }, ...says("[[plain]] And then?"));
  const events: Anthropic.Message[] = [];
  const stream = client.messages.stream(full({ system, messages, metadata }));
  stream.on("streamEvent", (event) => {
    if (event.type === "message_start") events.push(structuredClone(event.message));
  });
  const second = await stream.finalMessage();
  for (const message of [...events, second]) {
    const { cache_read_input_tokens, input_tokens } = message.usage;
    assert((cache_read_input_tokens ?? 0) > 200, JSON.stringify(message.usage));
    assert(input_tokens > 0 && input_tokens < 200, JSON.stringify(message.usage));
    assertEquals(promptTokens(message), await tokens(client, { system, messages }));
  }
}
