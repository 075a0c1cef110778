/** Turns that say nothing, which agents would take for the end of their work. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { stream, text } from "../fake_llama/answers.ts";
import { failure } from "../fake_llama/script.ts";
import { type TestApp, testApp } from "./test_app.ts";

async function answerOf(app: TestApp): Promise<{ status: string; output: unknown[] }> {
  const answer = await app.post("/v1/responses", { input: "Do it." });
  return await answer.json();
}

/** The texts of messages and thoughts. */
function textsOf(output: unknown[]): string[] {
  return output.map((item) => /"text":"([^"]*)"/.exec(JSON.stringify(item))?.[1] ?? "");
}

Deno.test("an empty answer is asked for once more, with a word that the client does not see", async () => {
  await using app = await testApp();
  app.fake.reply(text(""));
  app.fake.reply(text("Done."));
  const { status, output } = await answerOf(app);
  assertEquals([status, textsOf(output)], ["completed", ["Done."]]);
  const [first, second] = app.fake.requests.map(({ body }) => body?.messages as unknown[]);
  assertEquals(second?.slice(0, first?.length), first);
  assertStringIncludes(JSON.stringify(second?.slice(first?.length)), "Your answer was empty");
  assertEquals(app.requestLines().at(-1)?.facts.passes, 2);
});

Deno.test("an answer that is nothing but thinking is asked for once more, and keeps its thinking", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "Hm." }));
  app.fake.reply(stream({ reasoning: "Ah.", text: "Done." }));
  const { output } = await answerOf(app);
  assertEquals(textsOf(output), ["Hm.", "Ah.", "Done."]);
});

Deno.test("a model that is silent twice is told to the user in its place", async () => {
  await using app = await testApp();
  app.fake.reply(text(" \n"));
  app.fake.reply(stream({ reasoning: "Hm." }));
  const { status, output } = await answerOf(app);
  const said = "[The model ended its turn twice without an answer.]";
  assertEquals([status, textsOf(output)], ["completed", ["Hm.", said]]);
  assertEquals(app.fake.requests.length, 2);
});

Deno.test("an answer that was cut before it said anything is not asked for again", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "Hm", finish: "length" }));
  assertEquals((await answerOf(app)).status, "incomplete");
  assertEquals(app.fake.requests.length, 1);
});

Deno.test("a form that must be kept is not filled with a sentence: such an answer fails", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "Hm." }));
  app.fake.reply(text(""));
  const body = { input: "Do it.", text: { format: { type: "json_object" } } };
  const { status, error } = await (await app.post("/v1/responses", body)).json();
  assertEquals(status, "failed");
  assertStringIncludes(error.message, "the model ended its turn twice without an answer");
});

Deno.test("a second attempt that cannot be made leaves the answer silent, and says so", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "Hm.", usage: { prompt: 50 } }));
  app.fake.reply(failure(400, "exceed_context_size_error", "too long", { n_ctx: 1 }));
  const answer = await app.post("/v1/responses", { input: "Do it." });
  const { status, output, usage } = await answer.json();
  assertEquals([status, textsOf(output).at(-1)], [
    "completed",
    "[The model ended its turn twice without an answer.]",
  ]);
  assertEquals(usage.input_tokens, 50);
});
