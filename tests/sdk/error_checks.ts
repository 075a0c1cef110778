import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";
import { startChaski } from "../chaski_process.ts";
import { type Check, CONTEXT, MODEL, sdk, type SdkStage } from "./sdk_stage.ts";

// Errors do not depend on the template.
const templates = ["qwen3"];

/** The SDK's classes of errors. */
export const errorChecks: readonly Check[] = [
  { name: "`NotFoundError` for a model that is not there", templates, run: unknownModel },
  { name: "`BadRequestError` for a prompt beyond the context", templates, run: overflow },
  { name: "`BadRequestError` names the field at fault", templates, run: wrongField },
  { name: "`AuthenticationError` for a wrong key", templates, run: wrongKey },
  { name: "`InternalServerError` for a dead upstream", templates, run: deadUpstream },
];

const hello = [{ role: "user" as const, content: "Hello." }];

async function unknownModel({ client }: SdkStage): Promise<void> {
  const asks = [
    () => client.responses.create({ model: "nobody", input: "Hello." }),
    () => client.responses.create({ model: "nobody", input: "Hello.", stream: true }),
    () => client.chat.completions.create({ model: "nobody", messages: hello }),
    () => client.models.retrieve("nobody"),
  ];
  for (const ask of asks) {
    const error = await assertRejects(ask, OpenAI.NotFoundError);
    assertEquals([error.status, error.code, error.param], [404, "model_not_found", "model"]);
    assertStringIncludes(error.message, `'${MODEL}'`);
  }
}

async function overflow({ client }: SdkStage): Promise<void> {
  const words = "llama ".repeat(CONTEXT);
  const asks = [
    () => client.responses.create({ model: MODEL, input: words }),
    () => client.responses.create({ model: MODEL, input: words, stream: true }),
    () =>
      client.chat.completions.create({
        model: MODEL,
        messages: [{ role: "user", content: words }],
      }),
  ];
  for (const ask of asks) {
    const error = await assertRejects(ask, OpenAI.BadRequestError);
    assertEquals([error.status, error.code], [400, "context_length_exceeded"]);
  }
}

async function wrongField({ client }: SdkStage): Promise<void> {
  const error = await assertRejects(
    () =>
      client.responses.create({
        model: MODEL,
        input: [{ role: "user", content: "Hello." }, JSON.parse('{"type":"function_call"}')],
      }),
    OpenAI.BadRequestError,
  );
  assertEquals(error.param?.startsWith("input[1]"), true, error.message);
}

async function wrongKey({ upstream }: SdkStage): Promise<void> {
  await using chaski = await startChaski({ upstream, env: { CHASKI_API_KEY: "right" } });
  const error = await assertRejects(
    () => Array.fromAsync(sdk(chaski, "wrong").models.list()),
    OpenAI.AuthenticationError,
  );
  assertEquals([error.status, error.code], [401, "invalid_api_key"]);
  const models = await Array.fromAsync(sdk(chaski, "right").models.list());
  assertEquals(models.map(({ id }) => id), [MODEL]);
}

async function deadUpstream(): Promise<void> {
  await using chaski = await startChaski({ upstream: "http://127.0.0.1:9" });
  const error = await assertRejects(
    () => sdk(chaski).responses.create({ model: MODEL, input: "Hello." }),
    OpenAI.InternalServerError,
  );
  assertEquals([error.status, error.code], [502, "upstream_unreachable"]);
}
