import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import Anthropic from "@anthropic-ai/sdk";
import { startChaski } from "../chaski_process.ts";
import {
  anthropic,
  type AnthropicCheck,
  type AnthropicStage,
  full,
  says,
} from "./anthropic_stage.ts";
import { CONTEXT, MODEL } from "./sdk_stage.ts";

// Neither errors nor the list of models depend on the template.
const templates = ["qwen3"];

/** The SDK's classes of errors, and the models. */
export const anthropicErrorChecks: readonly AnthropicCheck[] = [
  { name: "`NotFoundError` for a model that is not there", templates, run: unknownModel },
  { name: "`BadRequestError` for a prompt beyond the context", templates, run: overflow },
  { name: "`BadRequestError` names the field at fault", templates, run: wrongField },
  { name: "`AuthenticationError` for a wrong key, in either header", templates, run: wrongKey },
  { name: "`InternalServerError` for a dead upstream", templates, run: deadUpstream },
  { name: "`models.list()` and `models.retrieve()` tell the context", templates, run: models },
];

const hello = full({ messages: says("Hello.") });

async function unknownModel({ client }: AnthropicStage): Promise<void> {
  const asked = { ...hello, model: "nobody" };
  const asks = [
    () => client.messages.create(asked),
    () => client.messages.stream(asked).finalMessage(),
    () => client.messages.countTokens({ model: "nobody", messages: hello.messages }),
  ];
  for (const ask of asks) {
    const error = await assertRejects(ask, Anthropic.NotFoundError);
    assertEquals([error.status, error.type], [404, "not_found_error"]);
    assert(error.requestID?.startsWith("req_"), String(error.requestID));
    assertStringIncludes(error.message, `'${MODEL}'`);
  }
  await assertRejects(() => client.models.retrieve("nobody"), Anthropic.NotFoundError);
  // Names of Anthropic's own stand for whatever is served.
  const message = await client.messages.create({ ...hello, model: "claude-haiku-4-5" });
  assertEquals(message.model, MODEL);
}

async function overflow({ client }: AnthropicStage): Promise<void> {
  const asked = full({ messages: says("llama ".repeat(CONTEXT)) });
  const asks = [
    () => client.messages.create(asked),
    () => client.messages.stream(asked).finalMessage(),
  ];
  for (const ask of asks) {
    const error = await assertRejects(ask, Anthropic.BadRequestError);
    assertEquals([error.status, error.type], [400, "invalid_request_error"]);
    const [, tokens, limit] =
      /^prompt is too long: (\d+) tokens > (\d+) maximum$/.exec(error.apiMessage ?? "") ?? [];
    assertEquals([Number(tokens) > CONTEXT, Number(limit)], [true, CONTEXT], error.message);
    assertEquals(error.headers.get("x-should-retry"), "false");
  }
  const { input_tokens } = await client.messages.countTokens({
    model: MODEL,
    messages: asked.messages,
  });
  assert(input_tokens > CONTEXT, `${input_tokens}`);
}

async function wrongField({ client }: AnthropicStage): Promise<void> {
  const error = await assertRejects(
    () => client.messages.create({ ...hello, messages: JSON.parse('[{"role":"bot"}]') }),
    Anthropic.BadRequestError,
  );
  assertEquals([error.type, error.apiMessage?.startsWith("messages.0.role")], [
    "invalid_request_error",
    true,
  ]);
}

async function wrongKey({ upstream }: AnthropicStage): Promise<void> {
  await using chaski = await startChaski({ upstream, env: { CHASKI_API_KEY: "right" } });
  const headers = (key: string) => [
    { apiKey: key, authToken: null },
    { apiKey: null, authToken: key },
  ];
  for (const keys of headers("wrong")) {
    const error = await assertRejects(
      () => anthropic(chaski, keys).messages.create(hello),
      Anthropic.AuthenticationError,
    );
    assertEquals([error.status, error.type], [401, "authentication_error"]);
    assertEquals(error.headers.get("x-should-retry"), "false");
  }
  for (const keys of headers("right")) {
    const message = await anthropic(chaski, keys).messages.create({ ...hello, max_tokens: 3 });
    assertEquals(message.type, "message");
  }
}

async function deadUpstream(): Promise<void> {
  await using chaski = await startChaski({ upstream: "http://127.0.0.1:9" });
  const error = await assertRejects(
    () => anthropic(chaski).messages.create(hello),
    Anthropic.InternalServerError,
  );
  assertEquals([error.status, error.type], [502, "api_error"]);
}

async function models({ client }: AnthropicStage): Promise<void> {
  const list = await Array.fromAsync(client.models.list({ limit: 1000 }));
  const [model] = list;
  assertEquals([list.length, model?.id, model?.type], [1, MODEL, "model"]);
  assertEquals(model?.max_input_tokens, CONTEXT);
  assert(Date.parse(model?.created_at ?? "") > 0);
  assertEquals(await client.models.retrieve(MODEL), model);
}
