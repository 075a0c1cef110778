import { assert, assertEquals } from "@std/assert";
import type { ResponseInput } from "openai/resources/responses/responses";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Compactions inside a turn. */
export const compactionChecks: readonly Check[] = [
  {
    name: "`responses.create()` compacts a long conversation, and goes on without what it replaced",
    run: compacted,
  },
  { name: "`responses.stream()` tells a compaction before the answer", run: streamed },
];

const LONG = `[[plain]] ${"What the user tells about llamas. ".repeat(120)}`;
const settings = {
  model: MODEL,
  context_management: [{ type: "compaction", compact_threshold: 1000 }],
  max_output_tokens: 20,
};

/** As OpenAI's guide does it: outputs are appended, and all before the newest compaction goes. */
async function compacted({ client }: SdkStage): Promise<void> {
  let input: ResponseInput = [];
  let count = 0;
  for (let turn = 0; turn < 4; turn++) {
    input.push({ role: "user", content: turn % 2 === 0 ? LONG : "[[plain]] And now?" });
    const { output, usage } = await client.responses.create({ ...settings, input, store: false });
    const at = output.findIndex(({ type }) => type === "compaction");
    if (at !== -1) count++;
    const told = output as ResponseInput;
    input = at === -1 ? [...input, ...told] : told.slice(at);
    assert((usage?.input_tokens ?? Infinity) < 2500, JSON.stringify(usage));
  }
  assert(count >= 2, `compacted ${count} times`);
}

async function streamed({ client }: SdkStage): Promise<void> {
  const stream = client.responses.stream({ ...settings, input: LONG });
  const added: string[] = [];
  stream.on("response.output_item.added", ({ item, output_index }) => {
    assertEquals(output_index, added.length);
    added.push(item.type);
  });
  const { output } = await stream.finalResponse();
  assertEquals(output.map(({ type }) => type), added);
  assertEquals(added[0], "compaction");
  assert(added.length > 1);
}
