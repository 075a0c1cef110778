import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { providerKey } from "../../codex/codex_config.ts";
import { errorMessages } from "../../codex/codex_events.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { text, toolCall } from "../../fake_llama/answers.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** Turns over a WebSocket, which every pinned version can take. */
export const sockets: readonly FakeScenario[] = [
  { upstream: "fake", name: "a command over a WebSocket", run: command },
];

async function command({ codex, chaski, fake }: FakeStage): Promise<void> {
  // First Codex warms the prompt up, and hears nothing of what is said behind it.
  fake.reply(text("Nobody hears this."));
  fake.reply(toolCall("exec_command", { cmd: "echo one-two" }));
  fake.reply(text("It said one-two."));
  const run = await codex.exec(...providerKey("supports_websockets", true), "Run it.");
  assertEquals(said(run), ["It said one-two."]);
  assertEquals(errorMessages(run.events), []);
  assertEquals(fake.requests.map(({ body }) => body["max_tokens"]), [1, undefined, undefined]);
  assertStringIncludes(toolOutputs(fake.requests[2]?.body)[0] ?? "", "one-two");
  // Codex sends only what is new; the model sees the whole conversation.
  const [turn, next] = fake.requests.slice(1).map(({ body }) => JSON.stringify(chatMessages(body)));
  assert(turn !== undefined && next?.startsWith(turn.slice(0, -1)));
  const ways = chaski.log().flatMap(({ path, method, status }) =>
    path === "/v1/responses" ? [`${method} ${status}`] : []
  );
  assertEquals(ways, ["GET 101", "WS 200", "WS 200", "WS 200"]);
}
