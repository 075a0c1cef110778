import { codexCli } from "./codex_cli.ts";
import { commandTurn, textTurn } from "./command_turn.ts";
import { CONTRASTING_TEMPLATES, startTinyLlama } from "../clients/tiny_llama.ts";
import { onFakeStage, onRealStage } from "./stage.ts";

const cli = await codexCli();

Deno.test("`codex exec` shows the text of a turn", () => onFakeStage(cli, {}, textTurn));

for (const template of CONTRASTING_TEMPLATES) {
  Deno.test(`\`codex exec\` runs a command over ${template} and answers`, async () => {
    await using llama = await startTinyLlama(template);
    await onRealStage(cli, llama.url, { key: "test-key" }, commandTurn);
  });
}
