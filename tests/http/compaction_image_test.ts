/** Compactions inside a turn whose user shows an image, which no summary can carry. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { text as words } from "../fake_llama/answers.ts";
import { PIXEL } from "../protocol/responses/translating.ts";
import { countCharacters, saidIn, THRESHOLD, turns, user } from "./long_conversation.ts";
import { type TestApp, testApp } from "./test_app.ts";

const image = { type: "input_image", image_url: PIXEL };
const shown = { role: "user", content: [{ type: "input_text", text: "What is it?" }, image] };

async function seeingApp(vision = true): Promise<TestApp> {
  const app = await testApp({ fake: { vision } });
  countCharacters(app.fake);
  app.fake.reply(words("Well."));
  return app;
}

async function ask(app: TestApp, input: unknown[]) {
  const { output } = await (await app.post("/v1/responses", { ...THRESHOLD, input })).json();
  const { compaction } = app.requestLines().at(-1)?.facts ?? {};
  return [output.map(({ type }: { type: string }) => type), compaction];
}

const BOTH = ["compaction", "message"];

Deno.test("a turn whose user shows an image is not compacted while its prompt fits", async () => {
  await using app = await seeingApp();
  const step = [
    { type: "function_call", call_id: "c", name: "look", arguments: "{}" },
    { type: "function_call_output", call_id: "c", output: "seen" },
  ];
  assertEquals(await ask(app, [...turns(5), shown, ...step]), [["message"], "image"]);
  for (const word of [PIXEL, "Question 0"]) assertStringIncludes(saidIn(app.fake, 0), word);
});

Deno.test("an image of which the user went on is summed up with the rest", async () => {
  await using app = await seeingApp();
  const input = [...turns(5), shown, { role: "assistant", content: "A llama." }, user("And now?")];
  assertEquals(await ask(app, input), [BOTH, "done"]);
});

Deno.test("an image that fits no more leaves a mark in what is carried", async () => {
  await using app = await seeingApp();
  assertEquals(await ask(app, [...turns(32), shown]), [BOTH, "done"]);
  const answering = saidIn(app.fake, 1);
  assert(!answering.includes(PIXEL));
  const mark = "What is it?\\n[image omitted: the conversation was summed up]";
  assertStringIncludes(answering, mark);
});

Deno.test("an image that the model does not see holds nothing up", async () => {
  await using app = await seeingApp(false);
  assertEquals(await ask(app, [...turns(5), shown]), [BOTH, "done"]);
});
