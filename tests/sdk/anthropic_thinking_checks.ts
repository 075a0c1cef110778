import { assert, assertEquals } from "@std/assert";
import type Anthropic from "@anthropic-ai/sdk";
import {
  type AnthropicCheck,
  type AnthropicStage,
  type Asked,
  blocksOf,
  bothWays,
  full,
  promptTokens,
  says,
  textOf,
  typesOf,
} from "./anthropic_stage.ts";

// gpt-oss cannot be kept from thinking.
const switched = ["qwen3", "qwen3.5"];

/** The model's thinking. */
export const anthropicThinkingChecks: readonly AnthropicCheck[] = [
  { name: "`messages.create()` thinks where it is enabled or adaptive", run: thinks },
  { name: "`messages.stream()` tells thoughts and their signature", run: told },
  {
    name: "`messages.create()` thinks nothing without thinking, or where it is disabled",
    templates: switched,
    run: none,
  },
  {
    name: "`messages.create()` hides thoughts that are omitted, and reads them again",
    run: hidden,
  },
  { name: "`messages.create()` takes thoughts of others, and any effort", run: foreign },
];

const asked = { messages: says("[[think]] Hello.") };
const ENABLED = { type: "enabled", budget_tokens: 1024 } as const;
const ADAPTIVE = { type: "adaptive" } as const;

async function thinks({ client }: AnthropicStage): Promise<void> {
  for (const thinking of [ENABLED, ADAPTIVE]) {
    for (const message of await bothWays(client, { ...asked, thinking, max_tokens: 2000 })) {
      assertEquals(typesOf(message), ["thinking", "text"]);
      const [thought] = blocksOf(message, "thinking");
      assert(thought !== undefined && thought.thinking.length > 0);
      assert(thought.signature.length > 0);
      assert(textOf(message).length > 0);
    }
  }
}

async function told({ client }: AnthropicStage): Promise<void> {
  const thoughts: string[] = [];
  const signatures: string[] = [];
  const message = await client.messages.stream(full({ ...asked, thinking: ADAPTIVE }))
    .on("thinking", (thought) => thoughts.push(thought))
    .on("signature", (signature) => signatures.push(signature))
    .finalMessage();
  const [thought] = blocksOf(message, "thinking");
  assertEquals([thoughts.join(""), signatures], [thought?.thinking, [thought?.signature ?? ""]]);
}

async function none({ client }: AnthropicStage): Promise<void> {
  for (const more of [{}, { thinking: { type: "disabled" } }] as const) {
    for (const message of await bothWays(client, { ...asked, ...more })) {
      assertEquals(typesOf(message), ["text"]);
    }
  }
}

/** The thought is in its signature, so the next prompt is as long as with the thought itself. */
async function hidden({ client, template }: AnthropicStage): Promise<void> {
  const omitted = { ...ADAPTIVE, display: "omitted" } as const;
  for (const first of await bothWays(client, { ...asked, tools: [WEATHER], thinking: omitted })) {
    const [thought, ...others] = first.content;
    assert(thought?.type === "thinking", JSON.stringify(first));
    assertEquals(thought.thinking, "");
    assert(thought.signature.length > 20, thought.signature);
    const lengths: number[] = [];
    for (const signature of [thought.signature, "", "signed by somebody else"]) {
      const replayed = [{ ...thought, signature }, ...others];
      const message = await client.messages.create(full(second(replayed)));
      lengths.push(promptTokens(message));
    }
    const [kept = 0, ...lost] = lengths;
    assertEquals(lost[0], lost[1]);
    assert(kept > (lost[0] ?? 0), `${template}: ${lengths}`);
  }
}

const WEATHER: Anthropic.Tool = {
  name: "get_weather",
  input_schema: { type: "object", properties: { city: { type: "string" } } },
};

/** Templates show the thoughts of a turn that goes on: so a call and its result stand behind. */
function second(content: Anthropic.ContentBlockParam[]): Asked {
  const call = { type: "tool_use", id: "call_1", name: "get_weather", input: {} } as const;
  return {
    tools: [WEATHER],
    thinking: ADAPTIVE,
    messages: [
      ...asked.messages,
      { role: "assistant", content: [...content, call] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "Rain." }] },
    ],
  };
}

async function foreign({ client }: AnthropicStage): Promise<void> {
  const content: Anthropic.ContentBlockParam[] = [
    { type: "thinking", thinking: "A llama greets.", signature: "signed by somebody else" },
    { type: "redacted_thinking", data: "RWFu" },
    { type: "text", text: "Hello to you." },
  ];
  for (const effort of ["low", "medium", "high", "xhigh", "max"] as const) {
    const message = await client.messages.create(full({
      messages: [...asked.messages, { role: "assistant", content }, ...says("[[plain]] And?")],
      output_config: { effort },
      thinking: ADAPTIVE,
    }));
    assertEquals(message.stop_reason, "end_turn", effort);
  }
}
