import { assertEquals } from "@std/assert";
import { claudeCli } from "./claude_cli.ts";
import { onFakeMessages } from "./stage.ts";
import { bashTurn, editTurn, interruptedTurn, textTurn, writeTurn } from "./turns.ts";

const cli = await claudeCli();

Deno.test("`claude -p` shows the text of a turn", () => onFakeMessages(cli, textTurn));

Deno.test("`claude -p` runs a command and tells the model", () => onFakeMessages(cli, bashTurn));

Deno.test("`claude -p` writes a file", () => onFakeMessages(cli, writeTurn));

Deno.test("`claude -p` edits a file", () => onFakeMessages(cli, editTurn));

Deno.test("`claude -p` leaves at SIGINT", () => onFakeMessages(cli, interruptedTurn));

Deno.test("`claude -p` obeys the environment of `chaski claude`", () =>
  onFakeMessages(cli, async ({ run, requests }) => {
    await run("Say something.", "--model", "opus");
    const asked = requests.map(({ headers, body }) => {
      const { model, max_tokens, system } = body;
      const [first] = Array.isArray(system) ? system : [];
      return [headers["authorization"], model, max_tokens, first.text.slice(0, 7)];
    });
    // Without the line of attribution the identity is the first block.
    assertEquals(asked, [["Bearer chaski", "tiny", 8192, "You are"]]);
  }));
