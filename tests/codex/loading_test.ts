/** The real Codex over a real llama-server that takes its time to load, and one that dies. */
import { assert, assertEquals } from "@std/assert";
import { findLlamaServer } from "../tools/llama_server.ts";
import { type ManagedStage, managedStage } from "../real/managed_stage.ts";
import { codexCli } from "./codex_cli.ts";
import { completedItems, errorMessages } from "./codex_events.ts";
import { type Codex, onCodex } from "./stage.ts";

const cli = await codexCli();
const MODEL = "tiny-qwen3";
/** Codex knows what it is told of models by their ids alone. */
const ID = `${MODEL}:F16`;
const CONTEXT = 16_384;

/** Runs `work` with a Codex over models that Chaski runs in this process. */
async function onManaged(
  stage: ManagedStage,
  work: (codex: Codex) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, stage.fetch);
  try {
    await onCodex(cli, `http://127.0.0.1:${server.addr.port}`, { model: ID }, work);
  } finally {
    await server.shutdown();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A turn that ends well, asked for once. */
async function answeredTurn(codex: Codex, { requestLines }: ManagedStage): Promise<void> {
  const run = await codex.exec("[[plain]] Say something.");
  assertEquals([run.code, errorMessages(run.events)], [0, []], run.stderr);
  assert(completedItems(run.events, "agent_message").length > 0, JSON.stringify(run.events));
  const answers = requestLines().filter(({ facts }) => facts["path"] === "/v1/responses");
  assertEquals(answers.map(({ facts }) => facts["outcome"]), ["complete"]);
}

Deno.test("`codex exec` waits for a model that takes 8 s to load", async () => {
  const real = await findLlamaServer();
  await using stage = await managedStage({
    program: ({ files: [file = ""] }) => ({
      program: "/bin/sh",
      args: (port) => [
        ...["-c", 'sleep 8; exec "$0" "$@"', real, "-m", file, "--port", String(port)],
        ...["-c", String(CONTEXT), "-np", "1", "-t", "1", "--jinja"],
      ],
    }),
  });
  await onManaged(stage, (codex) => answeredTurn(codex, stage));
});

Deno.test("`codex exec` notices nothing of a llama-server that dies while it reads the prompt", async () => {
  await using stage = await managedStage({ context: CONTEXT, args: ["-b", "64", "-ub", "64"] });
  const atWork = () => stage.pool.residents().some((each) => each.users() > 0);
  await onManaged(stage, async (codex) => {
    const turn = answeredTurn(codex, stage);
    for (let i = 0; i < 3000 && !atWork(); i++) await pause(10);
    await pause(300);
    Deno.kill(stage.pid(MODEL), "SIGKILL");
    await turn;
  });
  assertEquals(stage.requestLines().filter(({ facts }) => facts["retried"]).length, 1);
  assertEquals(stage.changes.filter((change) => change.endsWith("starting")).length, 2);
});
