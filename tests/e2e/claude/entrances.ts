import { assertEquals, assertStringIncludes } from "@std/assert";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { textTurn } from "../../claude/turns.ts";
import { startRelay } from "../../clients/recorder.ts";
import { text } from "../../fake_llama/answers.ts";
import type { FakeScenario } from "./scenario.ts";

/** Keys, and other requests than those of a turn. */
export const entrances: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "a key by ANTHROPIC_AUTH_TOKEN",
    options: { key: "right" },
    run: textTurn,
  },
  { upstream: "fake", name: "a key by ANTHROPIC_API_KEY", options: { key: "right" }, run: apiKey },
  { upstream: "fake", name: "--bare with a key", options: { key: "right" }, run: bare },
  { upstream: "fake", name: "a title beside the conversation", run: title },
];

/** The variable is there, but empty: it counts as not set. */
const NO_TOKEN = { ANTHROPIC_AUTH_TOKEN: "" };

async function apiKey({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  const keyed = claude.with({
    ...NO_TOKEN,
    ANTHROPIC_API_KEY: "right",
    ANTHROPIC_BASE_URL: relay.url,
  });
  assertEquals(said(await keyed.run("Hello.")), "Hello from the fake.");
  const sent = relay.requests.map((
    { headers },
  ) => [headers["authorization"], headers["x-api-key"]]);
  assertEquals(sent, [[undefined, "right"]]);
  assertEquals(fake.requests.length, 1);
}

async function bare({ claude, fake }: FakeStage): Promise<void> {
  assertEquals(said(await claude.run("--bare", "Hello.")), "Hello from the fake.");
  assertEquals(fake.requests.length, 1);
}

const TITLE = new URL("../../fixtures/claude-code/29-title-json-schema.json", import.meta.url);

/** Print mode names no session, so its request is one that was recorded. */
async function title({ claude, chaski, fake }: FakeStage): Promise<void> {
  assertEquals(said(await claude.run("Hello.")), "Hello from the fake.");
  fake.reply(text('{"title":"A greeting"}'));
  const { request } = JSON.parse(await Deno.readTextFile(TITLE));
  // A name of Anthropic's own means the model that is served.
  const model = "claude-haiku-4-5";
  const answer = await fetch(`${chaski.url}${request.path}`, {
    method: "POST",
    headers: request.headers,
    body: JSON.stringify({ ...request.body, model, stream: false }),
  });
  const { content } = await answer.json();
  assertEquals(content, [{ type: "text", text: '{"title":"A greeting"}' }]);
  assertStringIncludes(JSON.stringify(fake.requests[1]?.body["response_format"]), '"title"');
}
