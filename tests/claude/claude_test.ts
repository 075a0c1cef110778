import { assertEquals } from "@std/assert";
import { startRelay } from "../clients/recorder.ts";
import { CONTRASTING_TEMPLATES, startTinyLlama } from "../clients/tiny_llama.ts";
import { claudeCli } from "./claude_cli.ts";
import { onFakeStage, onRealStage } from "./stage.ts";
import { bashTurn, commandTurn, editTurn, interruptedTurn, textTurn, writeTurn } from "./turns.ts";

const cli = await claudeCli();

Deno.test("`claude -p` shows the text of a turn", () => onFakeStage(cli, {}, textTurn));

Deno.test("`claude -p` runs a command and tells the model", () => onFakeStage(cli, {}, bashTurn));

Deno.test("`claude -p` writes a file", () => onFakeStage(cli, {}, writeTurn));

Deno.test("`claude -p` edits a file", () => onFakeStage(cli, {}, editTurn));

Deno.test("`claude -p` leaves at SIGINT", () => onFakeStage(cli, {}, interruptedTurn));

Deno.test("`claude -p` obeys the environment of `chaski claude`", () =>
  onFakeStage(cli, {}, async ({ claude, chaski }) => {
    await using relay = startRelay(chaski.url, "/v1/messages");
    const watched = claude.with({ ANTHROPIC_BASE_URL: relay.url });
    await watched.run("--model", "opus", "Say something.");
    const asked = relay.requests.map(({ headers, body }) => {
      const { model, max_tokens, system } = body;
      const [first] = Array.isArray(system) ? system : [];
      return [headers["authorization"], model, max_tokens, first.text.slice(0, 7)];
    });
    // Without the line of attribution the identity is the first block.
    assertEquals(asked, [["Bearer chaski", "tiny", 8192, "You are"]]);
  }));

for (const template of CONTRASTING_TEMPLATES) {
  Deno.test(`\`claude -p\` runs a command over ${template} and answers`, async () => {
    await using llama = await startTinyLlama(template);
    await onRealStage(cli, llama.url, { key: "test-key" }, commandTurn);
  });
}
