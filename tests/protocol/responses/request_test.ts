import { assertEquals } from "@std/assert";
import { functionTool, notesOf, omit, plain, refusalOf, translate, user } from "./translating.ts";

Deno.test("`toChat()` makes a string one user message [RA15]", () => {
  const { chat, notes } = translate({ input: "Hi", model: "m", stream: true, store: true });
  assertEquals(chat, { messages: [{ role: "user", content: "Hi" }] });
  assertEquals(notes, []);
});

Deno.test("`toChat()` refuses an empty string, unless it only preloads [RA20]", () => {
  assertEquals(refusalOf({ input: "" }).param, "input");
  assertEquals(refusalOf({ input: "", max_output_tokens: 16 }).param, "input");
  const { chat, preload } = translate({ input: "", max_output_tokens: 1 });
  assertEquals([chat.messages, preload], [[], true]);
  assertEquals(translate({ input: "x", max_output_tokens: 1 }).preload, false);
});

Deno.test("`toChat()` takes an empty input for a warm-up, and sends instructions alone", () => {
  const warmUp = (body: Record<string, unknown>) =>
    translate(body, plain, { ...omit, warmUp: true });
  assertEquals(warmUp({ input: [] }).preload, true);
  const { chat, preload } = warmUp({ input: [], instructions: "Be brief." });
  assertEquals([preload, JSON.stringify(chat.messages).includes("Be brief.")], [false, true]);
  assertEquals(warmUp({ input: "", max_output_tokens: 1, instructions: "x" }).preload, false);
});

Deno.test("`toChat()` refuses an empty list and a missing input [RA21]", () => {
  for (const input of [[], null, undefined]) {
    assertEquals(refusalOf({ input, max_output_tokens: 1 }).param, "input");
  }
});

Deno.test("`toChat()` refuses instructions alone [RA22]", () => {
  for (const input of [undefined, "", []]) {
    assertEquals(refusalOf({ instructions: "i", input }).param, "input");
  }
});

Deno.test("`toChat()` refuses an input that says nothing [RA24]", () => {
  const input = [
    { role: "user", content: "" },
    { role: "user", content: [] },
    { role: "developer", content: null },
    { type: "reasoning", summary: [] },
  ];
  assertEquals(refusalOf({ instructions: "i", input }).param, "input");
});

Deno.test("`toChat()` refuses what is not there, naming the field", () => {
  assertEquals(refusalOf({ input: "x", prompt: { id: "p" } }).param, "prompt");
});

Deno.test("`toChat()` forwards sampling fields only when they were sent", () => {
  const fields = { temperature: 0, top_p: 0.5, presence_penalty: -1, frequency_penalty: 2 };
  const { messages: _, ...sent } = translate({ input: "x", ...fields, max_output_tokens: 9 }).chat;
  assertEquals(sent, { ...fields, max_tokens: 9 });
});

function logprobs(body: Record<string, unknown>) {
  const { logprobs, top_logprobs } = translate({ input: "x", ...body }).chat;
  return [logprobs, top_logprobs];
}

Deno.test("`toChat()` asks for log probabilities by either field", () => {
  const include = ["message.output_text.logprobs"];
  assertEquals(logprobs({ top_logprobs: 5 }), [true, 5]);
  assertEquals(logprobs({ top_logprobs: 20, include }), [true, 20]);
  // llama-server sends none at all for a top of 0.
  assertEquals(logprobs({ include }), [true, 1]);
  assertEquals(logprobs({ top_logprobs: 0, include: [] }), [undefined, undefined]);
});

Deno.test("`toChat()` asks for no log probabilities beside tools, and says so", () => {
  const tools = [functionTool("f")];
  assertEquals(logprobs({ top_logprobs: 5, tools }), [undefined, undefined]);
  assertEquals(notesOf({ input: "x", top_logprobs: 5, tools }), ["logprobs_ignored top_logprobs"]);
});

Deno.test("`toChat()` sends no lone surrogate, which llama-server could not parse", () => {
  const { chat } = translate({
    instructions: "i\ud800",
    input: [user("u\udc00"), { role: "assistant", content: "a\ud83d" }, user("\ud83e\udd99")],
    tools: [functionTool("f", { description: "d\ud800" })],
  });
  assertEquals(chat.messages.map((message) => message.content), [
    "i\ufffd",
    "u\ufffd",
    "a\ufffd",
    "\ud83e\udd99",
  ]);
  assertEquals(chat.tools?.[0]?.function.description, "d\ufffd");
});

Deno.test("`toChat()` changes nothing of the request", () => {
  const body = {
    instructions: "i",
    input: [user("a"), user("b"), { type: "function_call", name: "f", arguments: "{" }],
    tools: [functionTool("f", { parameters: { type: "array", maxItems: 5000 } })],
  };
  const before = JSON.stringify(body);
  translate(body);
  assertEquals(JSON.stringify(body), before);
});
