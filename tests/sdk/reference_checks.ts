import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import type { ResponseInputItem, ResponseOutputItem } from "openai/resources/responses/responses";
import { startChaski } from "../chaski_process.ts";
import { startRecorder } from "../clients/recorder.ts";
import { type Check, MODEL, sdk, type SdkStage } from "./sdk_stage.ts";

/** Items that are named by their ids, as Vercel's AI SDK names what a stored response said. */
export const referenceChecks: readonly Check[] = [
  { name: "`responses.create()` takes an `item_reference` for each item of an output", run: named },
];

const user = (content: string) => ({ role: "user", content }) as const;

const reference = (id: string | undefined): ResponseInputItem => {
  assert(id, "an item without an id");
  return { type: "item_reference", id };
};

/** Every item of the outputs whole, or by its id; what the tools gave is always whole. */
function turns(outputs: readonly ResponseOutputItem[], whole: boolean): ResponseInputItem[] {
  return outputs.flatMap((item): ResponseInputItem[] => {
    const said = whole ? item as ResponseInputItem : reference(item.id);
    if (item.type !== "function_call") return [said];
    return [said, { type: "function_call_output", call_id: item.call_id, output: "Sunny." }];
  });
}

async function named({ upstream }: SdkStage): Promise<void> {
  await using recorder = startRecorder(upstream);
  await using chaski = await startChaski({ upstream: recorder.url });
  const client = sdk(chaski);
  const tool = { type: "function", name: "get_weather", parameters: null, strict: null } as const;
  const basic = { model: MODEL, tools: [tool], max_output_tokens: 60 };
  const first = await client.responses.create({ ...basic, input: "[[tool]] Weather in Lima?" });
  assert(first.output.some(({ type }) => type === "function_call"), JSON.stringify(first.output));
  const begin = user("[[tool]] Weather in Lima?");
  const second = await client.responses.create({
    ...basic,
    input: [begin, ...turns(first.output, false)],
  });
  const outputs = [...first.output, ...second.output];
  const ask = async (whole: boolean) => {
    const input = [begin, ...turns(outputs, whole), user("[[plain]] Thanks.")];
    await client.responses.create({ ...basic, input });
    const { messages, tools } = recorder.requests.at(-1) ?? {};
    return { messages, tools };
  };
  const whole = await ask(true);
  assert(Array.isArray(whole.messages) && whole.messages.length > 3);
  assertEquals(await ask(false), whole);
  await assertRejects(
    () => client.responses.create({ ...basic, input: [begin, reference("msg_none")] }),
    OpenAI.BadRequestError,
    "none of that id is kept",
  );
}
