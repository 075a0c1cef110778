import { claudeChanges } from "../../src/cli/claude/environment.ts";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { oneTool } from "../clients/one_tool.ts";
import { type Recorder, startRecorder } from "../clients/recorder.ts";
import { TINY_CONTEXT } from "../clients/tiny_llama.ts";
import { type ManagedFolder, openManagedFolder } from "../clients/managed_folder.ts";
import { openWorkspace, type Workspace } from "../clients/workspace.ts";
import { FakeLlama, type FakeLlamaOptions } from "../fake_llama.ts";
import type { ClaudeCli } from "./claude_cli.ts";
import {
  claudeEnvironment,
  type ClaudeProcess,
  type ClaudeRun,
  startClaude,
} from "./claude_process.ts";

/** Environment variables of Claude Code. */
type Env = Readonly<Record<string, string>>;

/** A Claude Code with a home of its own that is told of one Chaski, as `chaski claude` tells it. */
export interface Claude {
  readonly version: string;
  readonly workspace: Workspace;
  /** Runs `claude -p` to its end. */
  run(...args: string[]): Promise<ClaudeRun>;
  /** Starts `claude -p` and lets it run. */
  start(...args: string[]): ClaudeProcess;
  /** The same one with further environment variables. */
  with(env: Env): Claude;
}

/** Claude Code → Chaski → an upstream whose answers the scenario writes. */
export interface FakeStage {
  readonly claude: Claude;
  readonly chaski: Chaski;
  readonly fake: FakeLlama;
}

/** Claude Code → Chaski → a recording relay → the real llama-server with a tiny model. */
export interface RealStage {
  readonly claude: Claude;
  readonly chaski: Chaski;
  readonly recorder: Recorder;
}

/** Claude Code → Chaski, which runs the models of a folder by itself. */
export interface ManagedStage {
  readonly claude: Claude;
  readonly folder: ManagedFolder;
}

/** What a scenario may set about its stage. */
export interface StageOptions {
  /** Claude Code is told of this model; default: the one that is served. */
  readonly model?: string;
  /** Chaski wants this key. */
  readonly key?: string;
  /** Claude Code sends this key; default: the right one. */
  readonly wrongKey?: string;
  /** Further settings of Chaski. */
  readonly chaskiArgs?: readonly string[];
  readonly fake?: FakeLlamaOptions;
  /** The one tool that a real model is offered; default: `Bash`. */
  readonly tool?: string;
}

/** Tokens, with which Claude Code takes its own instructions for short enough. */
const CONTEXT = 32_768;

/** Runs `work` on a new stage over a fake upstream. */
export async function onFakeStage(
  cli: ClaudeCli,
  options: StageOptions,
  work: (stage: FakeStage) => Promise<void>,
): Promise<void> {
  const { nCtx = CONTEXT } = options.fake ?? {};
  await using fake = await FakeLlama.start({ ...options.fake, nCtx });
  const upstream = { url: fake.url, context: nCtx };
  await withClaude(cli, upstream, options, (stage) => work({ ...stage, fake }));
}

/** Runs `work` on a new stage over a llama-server that runs already. The model is offered one tool. */
export async function onRealStage(
  cli: ClaudeCli,
  llamaServer: string,
  options: StageOptions,
  work: (stage: RealStage) => Promise<void>,
): Promise<void> {
  await using recorder = startRecorder(llamaServer, oneTool(options.tool ?? "Bash"));
  const upstream = { url: recorder.url, context: TINY_CONTEXT };
  await withClaude(cli, upstream, options, (stage) => work({ ...stage, recorder }));
}

/** Runs `work` on a new stage over models that Chaski runs by itself. */
export async function onManagedStage(
  cli: ClaudeCli,
  work: (stage: ManagedStage) => Promise<void>,
): Promise<void> {
  await using folder = await openManagedFolder();
  await using workspace = await openWorkspace();
  const target = { url: folder.chaski.url, model: "auto", context: CONTEXT, key: null };
  const { set } = claudeChanges(target, claudeEnvironment(workspace.home));
  await work({ claude: claudeIn(cli, workspace, set), folder });
}

async function withClaude(
  cli: ClaudeCli,
  upstream: { url: string; context: number },
  { model = "tiny", key, wrongKey, chaskiArgs = [] }: StageOptions,
  work: (stage: { claude: Claude; chaski: Chaski }) => Promise<void>,
): Promise<void> {
  const keyed = key === undefined ? {} : { CHASKI_API_KEY: key };
  await using chaski = await startChaski({ upstream: upstream.url, args: chaskiArgs, env: keyed });
  await using workspace = await openWorkspace();
  const target = {
    url: chaski.url,
    model,
    context: upstream.context,
    key: wrongKey ?? key ?? null,
  };
  const { set } = claudeChanges(target, claudeEnvironment(workspace.home));
  await work({ chaski, claude: claudeIn(cli, workspace, set) });
}

function claudeIn(cli: ClaudeCli, workspace: Workspace, env: Env): Claude {
  const start = (...args: string[]) => startClaude(cli, workspace, args, env);
  return {
    version: cli.version,
    workspace,
    start,
    async run(...args) {
      await using process = start(...args);
      return await process.ended;
    },
    with: (more) => claudeIn(cli, workspace, { ...env, ...more }),
  };
}
