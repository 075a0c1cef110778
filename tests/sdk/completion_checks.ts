import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

// A plain prompt knows no template.
const templates = ["qwen3"];

/** The older completions. */
export const completionChecks: readonly Check[] = [
  { name: "`completions.create()` gives a whole completion", templates, run: whole },
  { name: "`completions.create()` streams", templates, run: streamed },
  { name: "`completions.create()` echoes the prompt", templates, run: echoed },
  { name: "`completions.create()` says what it cannot do", templates, run: refused },
];

async function whole({ client }: SdkStage): Promise<void> {
  const prompt = ["The", "Yes"];
  const completion = await client.completions.create({ model: MODEL, prompt, max_tokens: 4 });
  assertEquals([completion.object, completion.model], ["text_completion", MODEL]);
  assertEquals(completion.choices.map(({ index }) => index), [0, 1]);
  for (const { text, finish_reason } of completion.choices) {
    assert(text !== "" && ["stop", "length"].includes(finish_reason));
  }
  const { usage } = completion;
  assertEquals(usage?.total_tokens, (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
}

async function streamed({ client }: SdkStage): Promise<void> {
  const asked = { model: MODEL, prompt: "The", max_tokens: 4, seed: 1, temperature: 0 };
  const chunks = await Array.fromAsync(await client.completions.create({ ...asked, stream: true }));
  const text = chunks.map(({ choices }) => choices[0]?.text ?? "").join("");
  const { choices: [choice] } = await client.completions.create(asked);
  assertEquals(text, choice?.text);
  assertEquals(chunks.at(-1)?.choices[0]?.finish_reason, choice?.finish_reason);
  assertEquals(new Set(chunks.map(({ model }) => model)), new Set([MODEL]));
}

async function echoed({ client }: SdkStage): Promise<void> {
  const asked = { model: MODEL, prompt: ["The", "Yes"], max_tokens: 4, echo: true };
  const { choices } = await client.completions.create(asked);
  const chunks = await Array.fromAsync(await client.completions.create({ ...asked, stream: true }));
  for (const [index, prompt] of asked.prompt.entries()) {
    const told = chunks.flatMap(({ choices }) => choices.filter((one) => one.index === index));
    for (const text of [choices[index]?.text ?? "", told.map(({ text }) => text).join("")]) {
      assert(text.startsWith(prompt) && text.length > prompt.length, text);
    }
  }
}

async function refused({ client }: SdkStage): Promise<void> {
  for (const [param, value] of [["suffix", "end"], ["best_of", 3]]) {
    const error = await assertRejects(
      () => client.completions.create({ model: MODEL, prompt: "The", [`${param}`]: value }),
      OpenAI.BadRequestError,
    );
    assertEquals(error.param, param);
  }
  const none = () => client.embeddings.create({ model: MODEL, input: "The" });
  const error = await assertRejects(none, OpenAI.InternalServerError);
  assertEquals([error.status, error.code], [501, "not_supported"]);
}
