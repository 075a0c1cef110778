/** What Chaski relies on in a real llama-server, and what clients get of one. */
import { assert, assertEquals } from "@std/assert";
import { errorOf } from "../http/test_app.ts";
import { collect } from "../sse_reader.ts";
import { type RealStage, realStage } from "./real_stage.ts";

const MESSAGES = [{ role: "user", content: "[[plain]] Hello" }];

interface Chunk {
  model?: string;
  choices: {
    index: number;
    delta: { content?: string | null };
    finish_reason: string | null;
  }[];
}

type Check = (stage: RealStage) => Promise<void>;

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const chat = ({ chaski }: RealStage, body: unknown) =>
  post(`${chaski.url}/v1/chat/completions`, body);
const responses = ({ chaski }: RealStage, body: unknown) =>
  post(`${chaski.url}/v1/responses`, body);

const lastKeyWins: Check = async ({ llama }) => {
  const text = JSON.stringify({ max_tokens: 1, messages: MESSAGES, stream: true }).slice(0, -1) +
    ',"stream":false,"max_tokens":3}';
  const completion = await (await post(`${llama.url}/v1/chat/completions`, text)).json();
  assertEquals(completion.object, "chat.completion");
  assertEquals(completion.usage.completion_tokens, 3);
};

const sameAnswers: Check = async (stage) => {
  const body = { messages: MESSAGES, temperature: 0, max_tokens: 12, cache_prompt: false };
  const own = await (await post(`${stage.llama.url}/v1/chat/completions`, body)).json();
  const whole = await (await chat(stage, body)).json();
  assertEquals(whole.choices, own.choices);
  assertEquals(whole.usage.completion_tokens, own.usage.completion_tokens);
  const { events, rest } = await collect(await chat(stage, { ...body, stream: true }));
  assertEquals([events.at(-1)?.data, rest], ["[DONE]", ""]);
  const chunks = events.slice(0, -1).map(({ data }) => data as Chunk);
  const text = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ""));
  assertEquals(text.join(""), own.choices[0].message.content);
  const response = await (await responses(stage, {
    input: "[[plain]] Hello",
    temperature: 0,
    max_output_tokens: 12,
  })).json();
  assertEquals(response.output[0].content[0].text, own.choices[0].message.content);
};

const manyChoices: Check = async (stage) => {
  const body = { messages: MESSAGES, n: 2, max_tokens: 3 };
  const whole = await (await chat(stage, body)).json();
  assertEquals(whole.choices.map(({ index }: { index: number }) => index), [0, 1]);
  const { events } = await collect(await chat(stage, { ...body, stream: true }));
  const chunks = events.slice(0, -1).map(({ data }) => data as Chunk);
  const indexes = new Set(chunks.flatMap(({ choices }) => choices.map(({ index }) => index)));
  assertEquals([...indexes].sort(), [0, 1]);
  assert(!events.some(({ raw }) => raw.includes("prompt_progress")));
  const refused = await chat(stage, { ...body, n: 3 });
  assertEquals(refused.status, 400);
  assert(String((await errorOf(refused)).message).includes("'n'"));
};

const oddText: Check = async (stage) => {
  const content = '"[[plain]] half \\ud83d a pair \\ud83d\\ude00 nul \\u0000"';
  const bodies = [
    `{"messages":[{"role":"user","content":${content}}],"max_tokens":2}`,
    `\ufeff{"messages":[{"role":"user","content":"[[plain]] mark"}],"max_tokens":2}`,
  ];
  for (const body of bodies) {
    const answer = await chat(stage, body);
    assertEquals([answer.status, (await answer.json()).usage.completion_tokens], [200, 2]);
  }
  const answer = await responses(stage, `{"input":${content},"max_output_tokens":16}`);
  assertEquals([answer.status, (await answer.json()).status !== "failed"], [200, true]);
};

const overflow: Check = async (stage) => {
  const words = "the quick brown fox ".repeat(3000);
  for (const stream of [true, false]) {
    const answers = [
      await chat(stage, { messages: [{ role: "user", content: words }], stream }),
      await responses(stage, { input: words, stream }),
    ];
    for (const answer of answers) {
      assertEquals(answer.status, 400);
      const { code, message } = await errorOf(answer);
      assertEquals(code, "context_length_exceeded");
      assert(/\d{5} tokens exceed the 4096 tokens/.test(String(message)), String(message));
    }
  }
};

const brokenGrammars: Check = async (stage) => {
  const schema = { type: "object", properties: { a: { type: "nonsense" } } };
  const format = { type: "json_schema", json_schema: { name: "x", schema } };
  for (
    const answer of [
      await chat(stage, { messages: MESSAGES, grammar: "root ::= (" }),
      await chat(stage, { messages: MESSAGES, grammar: "root ::= (", stream: true }),
      await chat(stage, { messages: MESSAGES, response_format: format }),
    ]
  ) {
    assertEquals(answer.status, 400);
    const { code, message } = await errorOf(answer);
    assertEquals(code, "invalid_prompt");
    assert(String(message).includes("Simplify the schema"), String(message));
  }
};

const cutAnswers: Check = async (stage) => {
  const completion = await (await chat(stage, { messages: MESSAGES, max_tokens: 2 })).json();
  assertEquals(completion.choices[0].finish_reason, "length");
  const response = await (await responses(stage, {
    input: "[[plain]] Hello",
    max_output_tokens: 2,
  })).json();
  assertEquals([response.status, response.incomplete_details], [
    "incomplete",
    { reason: "max_output_tokens" },
  ]);
};

/** The model has no alias here, so llama-server itself names it by its path everywhere. */
const noPaths: Check = async (stage) => {
  const own = await (await fetch(`${stage.llama.url}/v1/models`)).json();
  const path: string = own.data[0].id;
  assert(path.startsWith("/") && path.endsWith("/tiny-qwen3.gguf"), path);
  const seen = [
    await (await fetch(`${stage.chaski.url}/v1/models`)).text(),
    await (await fetch(`${stage.chaski.url}/v1/models/TINY-QWEN3`)).text(),
    await (await chat(stage, { model: "none", messages: MESSAGES })).text(),
  ];
  for (const stream of [true, false]) {
    for (const model of ["tiny-qwen3", path, undefined]) {
      const more = { model, stream };
      seen.push(await (await chat(stage, { ...more, messages: MESSAGES, max_tokens: 2 })).text());
      const body = { ...more, input: "Hello", max_output_tokens: 16 };
      seen.push(await (await responses(stage, body)).text());
    }
  }
  const folder = path.slice(0, path.lastIndexOf("/"));
  for (const text of [...seen, stage.chaski.stderr()]) assert(!text.includes(folder), text);
  for (const text of seen) assert(text.includes("tiny-qwen3"), text);
};

const CHECKS: Record<string, Check> = {
  "spliceFields() may append: of two equal keys the last one counts": lastKeyWins,
  "both routes say what llama-server itself says [E02] [E03]": sameAnswers,
  "chat completions come with many choices, streamed and whole": manyChoices,
  "odd text reaches the model: half a pair, a nul, a byte order mark": oddText,
  "an overflow is told with both numbers before a stream begins [OT47]": overflow,
  "a grammar that cannot be is told before a stream begins": brokenGrammars,
  "a cut answer says so": cutAnswers,
  "a model without an alias shows its path nowhere [H21]": noPaths,
};

Deno.test("a real llama-server behind Chaski", async (test) => {
  await using stage = await realStage(["-c", "8192", "-np", "2"]);
  for (const [name, check] of Object.entries(CHECKS)) {
    await test.step(name, () => check(stage));
  }
});
