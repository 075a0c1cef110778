import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  findLlamaServer,
  type RunningLlamaServer,
  startLlamaServer,
} from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { ToolError } from "../tools/tool_error.ts";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Tells the weather in a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};

interface Message {
  readonly content: string | null;
  readonly tool_calls?: ReadonlyArray<{
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }>;
}

interface Completion {
  readonly choices: readonly [{ readonly finish_reason: string; readonly message: Message }];
}

async function post(server: RunningLlamaServer, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assertEquals(response.status, 200, JSON.stringify(answer));
  return answer;
}

async function chat(server: RunningLlamaServer, messages: unknown[], tools?: unknown[]) {
  const body = { messages, max_tokens: 2000, seed: 1, ...(tools ? { tools } : {}) };
  return (await post(server, "/v1/chat/completions", body) as Completion).choices[0];
}

async function start(template: string, args: readonly string[] = []): Promise<RunningLlamaServer> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  return await startLlamaServer({ binary, model, args: ["-c", "8192", "-np", "2", ...args] });
}

for (const template of ["qwen3", "qwen3.5", "gpt-oss"]) {
  Deno.test(`\`tinyModel()\` with ${template} answers in text and ends by itself`, async () => {
    await using server = await start(template);
    const { finish_reason, message } = await chat(server, [{
      role: "user",
      content: "What is it?",
    }]);
    assertEquals(finish_reason, "stop");
    assert(message.content, JSON.stringify(message));
    assertEquals(message.tool_calls ?? [], []);
  });

  Deno.test(`\`tinyModel()\` with ${template} calls a tool at [[tool]], then answers its result`, async () => {
    await using server = await start(template);
    const question = { role: "user", content: "[[tool]] What is the weather in Lima?" };
    const called = await chat(server, [question], [WEATHER]);
    assertEquals(called.finish_reason, "tool_calls");
    const [call] = called.message.tool_calls ?? [];
    assertEquals(call?.function.name, "get_weather");
    assertEquals(typeof JSON.parse(call?.function.arguments ?? "").city, "string");
    const result = { role: "tool", tool_call_id: call?.id, content: "It is sunny." };
    const answered = await chat(server, [question, called.message, result], [WEATHER]);
    assertEquals(answered.finish_reason, "stop");
    assert(answered.message.content, JSON.stringify(answered.message));
  });
}

Deno.test("`tinyModel()` of kind embedding gives vectors", async () => {
  const [binary, model] = await Promise.all([
    findLlamaServer(),
    tinyModel({ template: "qwen3", kind: "embedding" }),
  ]);
  await using server = await startLlamaServer({ binary, model, args: ["--embeddings"] });
  const { data } = await post(server, "/v1/embeddings", { input: "llama" }) as {
    data: [{ embedding: number[] }];
  };
  assertEquals(data[0].embedding.length, 192);
});

Deno.test("`startLlamaServer()` ends the process at stop(), however often", async () => {
  const server = await start("qwen3");
  await server.stop();
  await server.stop();
  assert(server.logTail().includes(`:${server.port}`), server.logTail());
  // The port is free again once the process is gone.
  Deno.listen({ hostname: "127.0.0.1", port: server.port }).close();
});

Deno.test("`startLlamaServer()` fails with the last words of a server that ends", async () => {
  const binary = await findLlamaServer();
  const error = await assertRejects(
    () => startLlamaServer({ binary, model: "/nowhere/model.gguf" }),
    ToolError,
    "Cannot start llama-server: it ended with status",
  );
  assertStringIncludes(error.message, "/nowhere/model.gguf");
});
