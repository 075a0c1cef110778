import { assert, assertEquals } from "@std/assert";
import type Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import {
  type AnthropicCheck,
  type AnthropicStage,
  bothWays,
  full,
  says,
  textOf,
  typesOf,
} from "./anthropic_stage.ts";

/** Answers that must fit a schema. */
export const anthropicSchemaChecks: readonly AnthropicCheck[] = [
  { name: "`messages.create()` fits the answer to a schema", run: alone },
  { name: "`messages.create()` fits the answer to a schema beside tools", run: besideTools },
  { name: "`messages.create()` lets tools be called beside a schema", run: callBeside },
  { name: "`messages.create()` tells that an answer to a schema was cut", run: cut },
  { name: "`messages.parse()` gives the object", run: parsed },
];

const schema = {
  type: "object",
  properties: { city: { type: "string" }, sunny: { type: "boolean" } },
  required: ["city", "sunny"],
  additionalProperties: false,
} as const;
const output_config = { format: { type: "json_schema", schema } } as const;
const tools: Anthropic.Tool[] = [{
  name: "get_weather",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
}];

// Without a marker the tiny model answers in words, which is not what the schema says.
const messages = says("[[plain]] Which city?");

async function alone({ client }: AnthropicStage): Promise<void> {
  for (const message of await bothWays(client, { messages, output_config })) assertAnswer(message);
}

async function besideTools({ client }: AnthropicStage): Promise<void> {
  for (const message of await bothWays(client, { messages, output_config, tools })) {
    // The words of the first pass were never shown.
    assertEquals(typesOf(message).filter((type) => type === "text").length, 1);
    assertAnswer(message);
  }
}

async function callBeside({ client }: AnthropicStage): Promise<void> {
  const asked = { messages: says("[[tool]] Which city?"), output_config, tools };
  for (const message of await bothWays(client, asked)) {
    assertEquals(typesOf(message).filter((type) => type !== "thinking"), ["tool_use"]);
  }
}

async function cut({ client }: AnthropicStage): Promise<void> {
  const asked = { messages, output_config, max_tokens: 2 };
  const answers = [
    ...await bothWays(client, asked),
    ...await bothWays(client, { ...asked, tools }),
  ];
  for (const message of answers) assertEquals(message.stop_reason, "max_tokens");
}

async function parsed({ client }: AnthropicStage): Promise<void> {
  const format = jsonSchemaOutputFormat(schema);
  const message = await client.messages.parse(full({ messages, output_config: { format } }));
  assertEquals(message.parsed_output, JSON.parse(textOf(message)));
}

function assertAnswer(message: Anthropic.Message): void {
  const { city, sunny, ...others } = JSON.parse(textOf(message));
  assert(typeof city === "string" && typeof sunny === "boolean", textOf(message));
  assertEquals([others, message.stop_reason], [{}, "end_turn"]);
}
