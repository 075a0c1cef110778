import { type Chaski, startChaski } from "../chaski_process.ts";
import { FakeLlama, type FakeLlamaOptions } from "../fake_llama.ts";
import type { CodexCli } from "./codex_cli.ts";
import { codexConfig, fetchesCatalogue } from "./codex_config.ts";
import { type CodexProcess, type CodexRun, startCodex } from "./codex_process.ts";
import { type ManagedFolder, openManagedFolder } from "../clients/managed_folder.ts";
import { openWorkspace, type Workspace } from "../clients/workspace.ts";
import { oneTool } from "../clients/one_tool.ts";
import { type Recorder, startRecorder } from "../clients/recorder.ts";

/** A Codex with a home of its own that is told of one Chaski. */
export interface Codex {
  readonly version: string;
  readonly workspace: Workspace;
  /** Runs `codex exec` to its end. */
  exec(...args: string[]): Promise<CodexRun>;
  /** Starts `codex exec` and lets it run. */
  start(...args: string[]): CodexProcess;
}

/** Codex → Chaski → an upstream whose answers the scenario writes. */
export interface FakeStage {
  readonly codex: Codex;
  readonly chaski: Chaski;
  readonly fake: FakeLlama;
}

/** Codex → Chaski → a recording relay → the real llama-server with a tiny model. */
export interface RealStage {
  readonly codex: Codex;
  readonly chaski: Chaski;
  readonly recorder: Recorder;
}

/** Codex → Chaski, which runs the models of a folder by itself. */
export interface ManagedStage {
  readonly codex: Codex;
  readonly folder: ManagedFolder;
}

/** What a scenario may set about its stage. */
export interface StageOptions {
  /** Codex is told of this model; default: the one that is served. */
  readonly model?: string;
  /** Chaski wants this key. */
  readonly key?: string;
  /** Codex sends this key; default: the right one. */
  readonly wrongKey?: string;
  /** Further settings of Chaski. */
  readonly chaskiArgs?: readonly string[];
  readonly fake?: FakeLlamaOptions;
  /** The one tool that a real model is offered; default: `exec_command`. */
  readonly tool?: string;
}

/** Runs `work` on a new stage over a fake upstream. */
export async function onFakeStage(
  cli: CodexCli,
  options: StageOptions,
  work: (stage: FakeStage) => Promise<void>,
): Promise<void> {
  await using fake = await FakeLlama.start(options.fake);
  await withCodex(cli, fake.url, options, (stage) => work({ ...stage, fake }));
}

/** Runs `work` on a new stage over a llama-server that runs already. The model is offered one tool. */
export async function onRealStage(
  cli: CodexCli,
  llamaServer: string,
  options: StageOptions,
  work: (stage: RealStage) => Promise<void>,
): Promise<void> {
  await using recorder = startRecorder(llamaServer, oneTool(options.tool ?? "exec_command"));
  await withCodex(cli, recorder.url, options, (stage) => work({ ...stage, recorder }));
}

/** Runs `work` on a new stage over models that Chaski runs by itself. */
export async function onManagedStage(
  cli: CodexCli,
  work: (stage: ManagedStage) => Promise<void>,
): Promise<void> {
  await using folder = await openManagedFolder();
  await onCodex(cli, folder.chaski.url, { model: "auto" }, (codex) => work({ codex, folder }));
}

async function withCodex(
  cli: CodexCli,
  upstream: string,
  { model = "tiny", key, wrongKey, chaskiArgs = [] }: StageOptions,
  work: (stage: { codex: Codex; chaski: Chaski }) => Promise<void>,
): Promise<void> {
  const env = key === undefined ? {} : { CHASKI_API_KEY: key };
  await using chaski = await startChaski({ upstream, args: chaskiArgs, env });
  const options = { model, ...(key !== undefined && { key, sentKey: wrongKey ?? key }) };
  await onCodex(cli, chaski.url, options, (codex) => work({ chaski, codex }));
}

/** Runs `work` with a Codex that is told of the Chaski at this address. */
export async function onCodex(
  cli: CodexCli,
  url: string,
  { model, key, sentKey }: { model: string; key?: string; sentKey?: string },
  work: (codex: Codex) => Promise<void>,
): Promise<void> {
  const { version } = cli;
  await using workspace = await openWorkspace();
  const catalogueFile = fetchesCatalogue(version)
    ? null
    : await workspace.write("catalogue.json", JSON.stringify(await catalogue(url, key)));
  const envKey = key === undefined ? null : "CHASKI_API_KEY";
  const config = codexConfig({ version, url, model, envKey, catalogueFile });
  await workspace.write("home/config.toml", config);
  const sent = {
    // Where `codex --oss` looks for a server.
    CODEX_OSS_BASE_URL: `${url}/v1`,
    ...(sentKey !== undefined && { CHASKI_API_KEY: sentKey }),
  };
  const start = (...args: string[]) => startCodex(cli, workspace, args, sent);
  const exec = async (...args: string[]) => {
    await using process = start(...args);
    return await process.ended;
  };
  await work({ version, workspace, exec, start });
}

/** What Chaski says of its models, as Codex would fetch it. */
export async function catalogue(
  chaski: string,
  key = "none",
): Promise<{ models: Record<string, unknown>[] }> {
  const response = await fetch(`${chaski}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (!response.ok) throw new Error(`Cannot read the catalogue: ${await response.text()}`);
  return await response.json();
}
