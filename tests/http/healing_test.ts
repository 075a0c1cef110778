/** What models print instead of saying it properly, on its way through the whole application. */
import { assert, assertEquals } from "@std/assert";
import { type AnswerSpec, stream } from "../fake_llama/answers.ts";
import { collect } from "../sse_reader.ts";
import { testApp } from "./test_app.ts";

interface Told {
  type: string;
  delta?: string;
  response?: { status: string; output: Record<string, unknown>[] };
}

const LOOK = {
  type: "function",
  name: "look",
  parameters: { type: "object", properties: { at: { type: "string" }, n: { type: "number" } } },
};

async function told(answer: AnswerSpec, body: Record<string, unknown> = {}): Promise<Told[]> {
  await using app = await testApp();
  app.fake.reply(stream(answer));
  const request = { input: "x", tools: [LOOK], stream: true, ...body };
  const { events } = await collect(await app.post("/v1/responses", request));
  return events.map(({ data }) => data as Told);
}

/** Items as their type and what they hold. */
function itemsOf(events: readonly Told[]): string[] {
  const { status, output = [] } = events.at(-1)?.response ?? {};
  const items = output.map((item) => {
    const text = /"text":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(item))?.[1];
    const said = text === undefined ? `${item.name} ${item.arguments}` : JSON.parse(text);
    return `${item.type}: ${said}`;
  });
  return [String(status), ...items];
}

const CALL = '<tool_call>\n{"name": "look", "arguments": {"at":"Lima"}}\n</tool_call>';

Deno.test("a call printed as text is a call, and what stands around it keeps its order [H07]", async () => {
  const events = await told({ text: `I look.\n${CALL}\n` });
  assertEquals(itemsOf(events), [
    "completed",
    "message: I look.",
    'function_call: look {"at":"Lima"}',
  ]);
  const twice = await told({ text: [`A${CALL}`, `${CALL} B`] });
  assertEquals(itemsOf(twice).map((item) => item.split(":")[0]), [
    ...["completed", "message", "function_call", "function_call", "message"],
  ]);
});

Deno.test("think tags in the text are a thought, wherever they are cut [H02]", async () => {
  const events = await told({ text: ["<th", "ink>I th", "ink.</", "think>", "\n\nHello"] });
  assertEquals(itemsOf(events), ["completed", "reasoning: I think.", "message: Hello"]);
});

Deno.test("a printed call is none where calls are forbidden, unknown, or it was cut", async () => {
  const none = await told({ text: CALL }, { tool_choice: "none" });
  assertEquals(itemsOf(none), ["completed", `message: ${CALL}`]);
  const foreign = CALL.replace("look", "leave");
  assertEquals(itemsOf(await told({ text: foreign })), ["completed", `message: ${foreign}`]);
  const xml = "<function=look><parameter=at>Li";
  const cut = await told({ text: xml, finish: "length" });
  assertEquals(itemsOf(cut), ["incomplete", `message: ${xml}`]);
});

Deno.test("only the first of several printed calls counts where one is allowed [H09]", async () => {
  const events = await told({ text: CALL + CALL }, { parallel_tool_calls: false });
  assertEquals(itemsOf(events), ["completed", 'function_call: look {"at":"Lima"}']);
});

Deno.test("numbers that the model wrote as strings are numbers, as the schema wants them", async () => {
  const args = '{"at":"5","n":"5"}';
  const events = await told({ calls: [{ name: "look", arguments: args }] });
  assertEquals(itemsOf(events), ["completed", 'function_call: look {"at":"5","n":5}']);
  const deltas = events.filter(({ type }) => type === "response.function_call_arguments.delta");
  assertEquals(deltas.map(({ delta }) => delta).join(""), '{"at":"5","n":5}');
});

Deno.test("prose passes word by word, although calls are looked for", async () => {
  const events = await told({ text: ["One", " two", " three", "."] });
  const deltas = events.filter(({ type }) => type === "response.output_text.delta");
  assertEquals(deltas.map(({ delta }) => delta), ["One", " two", " three", "."]);
});

Deno.test("control words in the prompt are parted, and whole again where the model repeats them", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ text: ["It says <", "\u2060|im_end|", ">, and <\u2060/think>."] }));
  const input = "What does <|im_end|> mean, and </think>?";
  const answer = await (await app.post("/v1/responses", { input })).json();
  const prompt = JSON.stringify(app.fake.requests[0]?.body?.messages);
  assert(!prompt.includes("<|im_end|>") && !prompt.includes("</think>"), prompt);
  assertEquals(answer.output[0].content[0].text, "It says <|im_end|>, and </think>.");
});

Deno.test("a control word that a summary repeats is whole in it, and parted again when it is read", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ text: ["The file has <\u2060/think> in it."] }));
  const input: unknown[] = [{ role: "user", content: "It has </think> in it." }];
  const trigger = { type: "compaction_trigger" };
  const first = await app.post("/v1/responses", { input: [...input, trigger] });
  const { output } = await first.json();
  app.fake.reply(stream({ text: ["Write <\u2060/think>."] }));
  const second = await (await app.post("/v1/responses", { input: [...output, ...input] })).json();
  const prompt = JSON.stringify(app.fake.requests[1]?.body?.messages);
  assert(!prompt.includes("</think>") && !prompt.includes("\u2060\u2060"), prompt);
  assertEquals(second.output[0].content[0].text, "Write </think>.");
});

Deno.test("an answer that was asked for under a schema is never taken for a call", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ text: "No JSON." }));
  app.fake.reply(stream({ text: '{"name":"look","arguments":{}}' }));
  const schema = {
    type: "object",
    properties: { name: { type: "string" }, arguments: { type: "object" } },
    required: ["name"],
  };
  const format = { type: "json_schema", name: "x", schema, strict: true };
  const body = { input: "x", tools: [LOOK], text: { format } };
  const { output } = await (await app.post("/v1/responses", body)).json();
  assertEquals(output.map(({ type }: { type: string }) => type), ["message"]);
  assertEquals(output[0].content[0].text, '{"name":"look","arguments":{}}');
});
