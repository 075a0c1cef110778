/** Real requests of Codex, translated; reviewed as diffs. `UPDATE_GOLDEN=1` writes the files. */
import { assertEquals } from "@std/assert";
import type { ModelFacts } from "../../../src/protocol/responses/translation_context.ts";
import { assertGolden } from "../../golden.ts";
import { chatFaults } from "./chat_faults.ts";
import { translate } from "./translating.ts";

const fixtures = new URL("../../fixtures/codex/", import.meta.url);

/** The strictest template and the richest model. */
const facts: ModelFacts = {
  vision: true,
  thinking: "enable_thinking",
  alternates: true,
  control: null,
};

async function bodyOf(name: string): Promise<Record<string, unknown>> {
  const fixture = JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, fixtures)));
  return fixture.request?.body ?? fixture.websocket_message;
}

const files = [...Deno.readDirSync(fixtures)].map((entry) => entry.name);
const names = files.filter((name) => /^\d.*\.json$/.test(name)).map((name) => name.slice(0, -5));

for (const name of names.sort()) {
  Deno.test(`\`toChat()\` translates Codex's ${name}`, async () => {
    const { chat, preload } = translate(await bodyOf(name), facts);
    assertEquals(preload ? [] : chatFaults(chat), []);
    await assertGolden(`requests/${name}.chat.json`, `${JSON.stringify(chat, null, 2)}\n`);
  });
}
