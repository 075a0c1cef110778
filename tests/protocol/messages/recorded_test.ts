/** Real requests of Claude Code, translated; reviewed as diffs. `UPDATE_GOLDEN=1` writes the files. */
import { assert, assertEquals } from "@std/assert";
import type { ModelFacts } from "../../../src/protocol/responses/translation_context.ts";
import { assertGolden } from "../../golden.ts";
import { chatFaults } from "../responses/chat_faults.ts";
import { chatOf } from "./translating.ts";

const fixtures = new URL("../../fixtures/claude-code/", import.meta.url);

/** The strictest template and the richest model. */
const facts: ModelFacts = {
  vision: true,
  thinking: "enable_thinking",
  alternates: true,
  control: null,
};

async function bodyOf(name: string): Promise<Record<string, unknown> | undefined> {
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, fixtures))).request.body;
}

async function translated(name: string) {
  return chatOf(await bodyOf(name) ?? {}, facts);
}

const files = [...Deno.readDirSync(fixtures)].map((entry) => entry.name);
const names = files.filter((name) => /^\d.*\.json$/.test(name)).map((name) => name.slice(0, -5));
/** Has no body: it asks for the models. */
const withBody = names.filter((name) => name !== "37-models-discovery");

for (const name of withBody.sort()) {
  Deno.test(`\`fromMessages()\` translates Claude Code's ${name}`, async () => {
    const chat = await translated(name);
    assertEquals(chatFaults(chat), []);
    await assertGolden(`messages/${name}.chat.json`, `${JSON.stringify(chat, null, 2)}\n`);
  });
}

Deno.test("`fromMessages()` tells what differs from session to session last", async () => {
  const [first, sub] = [await translated("01-first-turn"), await translated("23-subagent-first")];
  for (const { messages } of [first, sub]) {
    const [system, prompt] = messages.map(({ content }) => JSON.stringify(content));
    assert(!system?.includes("x-anthropic-billing-header"), system);
    assert(prompt?.startsWith('"<system_update>'), prompt?.slice(0, 100));
  }
});

Deno.test("`fromMessages()` repeats a shorter conversation's messages", async () => {
  const first = await translated("01-first-turn");
  const followUp = await translated("02-thinking-tool-followup");
  assertEquals(followUp.tools, first.tools);
  const [system, prompt] = first.messages;
  assertEquals(followUp.messages[0], system);
  // The two were recorded in two sessions, whose scratch folders have other names.
  const shared = (text: unknown) => JSON.stringify(text).replace(/0{8}-0{4}-4[0-9a-f-]+/g, "ID");
  assertEquals(shared(followUp.messages[1]), shared(prompt));
});

Deno.test("`fromMessages()` puts a tool that was searched for behind all others", async () => {
  const names = ({ tools }: Awaited<ReturnType<typeof translated>>) =>
    tools?.map((tool) => tool.function.name) ?? [];
  const before = names(await translated("01-first-turn"));
  const after = names(await translated("13-tool-reference-result"));
  assertEquals(after, [...before, "mcp__labecho__add"]);
  assert(!before.includes("DeferredToolPlaceholder"));
});
