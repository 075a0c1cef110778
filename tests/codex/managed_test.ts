/** Codex over models that Chaski runs by itself: any of a folder, by its name. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { startChaski } from "../chaski_process.ts";
import { openWorkspace } from "../clients/workspace.ts";
import { CONTRASTING_TEMPLATES } from "../clients/tiny_llama.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { codexCli } from "./codex_cli.ts";
import { completedItems, errorMessages } from "./codex_events.ts";
import { codexConfig } from "./codex_config.ts";
import { startCodex } from "./codex_process.ts";

const cli = await codexCli();

/** Two threads only wait for each other over so small a model. */
const SETTINGS = '[models."*"]\nargs = ["-t", "1"]\n';

/** A folder with a model of every template. */
async function modelFolder(root: string): Promise<string> {
  const folder = join(root, "models");
  await Deno.mkdir(folder);
  for (const template of CONTRASTING_TEMPLATES) {
    await Deno.copyFile(await tinyModel({ template }), join(folder, `tiny-${template}-F16.gguf`));
  }
  return folder;
}

Deno.test("`codex exec -m NAME` uses any model of a folder, by its short name", async () => {
  await using workspace = await openWorkspace();
  const root = await Deno.makeTempDir({ prefix: "chaski-codex-managed-" });
  const settings = join(root, "chaski.toml");
  await Deno.writeTextFile(settings, SETTINGS);
  await using chaski = await startChaski({
    args: ["--models-dir", await modelFolder(root), "--config", settings, "--max-models", "2"],
    env: { CHASKI_LLAMA_SERVER: await findLlamaServer() },
  });
  const { version } = cli;
  const config = { version, url: chaski.url, envKey: null, catalogueFile: null };
  await workspace.write("home/config.toml", codexConfig({ ...config, model: "auto" }));
  for (const template of CONTRASTING_TEMPLATES) {
    const name = `tiny-${template}`;
    await using process = startCodex(cli, workspace, ["-m", name, "Say something. [[plain]]"], {});
    const run = await process.ended;
    assertEquals([run.code, errorMessages(run.events)], [0, []], run.stderr);
    assert(completedItems(run.events, "agent_message").length > 0, JSON.stringify(run.events));
    assert(!run.stderr.includes("metadata"), run.stderr);
    const line = await chaski.logged(({ outcome, model }) =>
      outcome === "complete" && model === `${name}:F16`
    );
    assertEquals(line["path"], "/v1/responses");
  }
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  await Deno.remove(root, { recursive: true });
});
