import { assert, assertEquals } from "@std/assert";
import type OpenAI from "openai";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Chat Completions. */
export const chatChecks: readonly Check[] = [
  { name: "`chat.completions.create()` gives a whole completion", run: whole },
  { name: "`chat.completions.create()` streams", run: streamed },
  { name: "`chat.completions.create()` calls a tool, streamed or whole [E09]", run: called },
  { name: "`chat.completions.runTools()` runs the tool and answers", run: runTools },
  { name: "`chat.completions.create()` takes what newer clients send", run: newerFields },
];

const hello: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "[[plain]] Hello." }];
const weather: OpenAI.ChatCompletionMessageParam[] = [
  { role: "user", content: "[[tool]] What is the weather in Lima?" },
];
const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
};
const tools: OpenAI.ChatCompletionFunctionTool[] = [
  { type: "function", function: { name: "get_weather", parameters } },
];

async function whole({ client }: SdkStage): Promise<void> {
  const completion = await client.chat.completions.create({ model: MODEL, messages: hello });
  assertEquals([completion.object, completion.model], ["chat.completion", MODEL]);
  const [choice] = completion.choices;
  assertEquals([choice?.finish_reason, choice?.message.role], ["stop", "assistant"]);
  assert(choice?.message.content);
  const { usage } = completion;
  assertEquals(usage?.total_tokens, (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
}

async function streamed({ client }: SdkStage): Promise<void> {
  const stream = client.chat.completions.stream({
    model: MODEL,
    messages: hello,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  const final = await stream.finalChatCompletion();
  assertEquals(final.choices[0]?.message.content, text);
  assertEquals(final.choices[0]?.finish_reason, "stop");
  assert((final.usage?.completion_tokens ?? 0) > 0);
  assertEquals(new Set(chunks.map(({ id }) => id)).size, 1);
}

async function called({ client }: SdkStage): Promise<void> {
  const params = { model: MODEL, messages: weather, tools };
  const whole = await client.chat.completions.create(params);
  const streamed = await client.chat.completions.stream(params).finalChatCompletion();
  for (const { choices: [choice] } of [whole, streamed]) {
    assertEquals(choice?.finish_reason, "tool_calls");
    const [call, ...others] = choice?.message.tool_calls ?? [];
    assert(call?.type === "function" && others.length === 0, JSON.stringify(choice));
    assertEquals(call.function.name, "get_weather");
    assertEquals(typeof JSON.parse(call.function.arguments).city, "string");
  }
}

async function runTools({ client }: SdkStage): Promise<void> {
  const cities: string[] = [];
  const runner = client.chat.completions.runTools({
    model: MODEL,
    messages: weather,
    tools: [{
      type: "function",
      function: {
        name: "get_weather",
        description: "Tells the weather in a city",
        parameters,
        parse: JSON.parse,
        function({ city }: { city: string }) {
          cities.push(city);
          return "It is sunny.";
        },
      },
    }],
  });
  assert(await runner.finalContent());
  assertEquals(cities.map((city) => typeof city), ["string"]);
  const roles = runner.messages.map(({ role }) => role);
  assertEquals(roles, ["user", "assistant", "tool", "assistant"]);
}

async function newerFields({ client }: SdkStage): Promise<void> {
  const completion = await client.chat.completions.create({
    model: MODEL,
    messages: [{ role: "developer", content: "You are a llama." }, ...hello],
    max_completion_tokens: 2,
    reasoning_effort: "low",
    store: false,
    metadata: { purpose: "test" },
  });
  assertEquals(completion.choices[0]?.finish_reason, "length");
  assertEquals(completion.usage?.completion_tokens, 2);
}
