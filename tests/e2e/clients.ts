import { claudeCli } from "../claude/claude_cli.ts";
import { CLAUDE_RELEASES } from "../claude/claude_release.ts";
import * as claudeStages from "../claude/stage.ts";
import { codexCli } from "../codex/codex_cli.ts";
import { CODEX_RELEASES } from "../codex/codex_release.ts";
import * as codexStages from "../codex/stage.ts";
import { scenarios as claudeScenarios } from "./claude/scenarios.ts";
import { type Client, clientOf } from "./client.ts";
import { scenarios as codexScenarios } from "./codex/scenarios.ts";

/** Every client, in the order of the tables. */
export const clients: readonly Client[] = [
  clientOf({
    name: "codex",
    releases: CODEX_RELEASES,
    scenarios: codexScenarios,
    noOptions: {},
    fetch: (release) => codexCli(release),
    onFakeStage: codexStages.onFakeStage,
    onRealStage: codexStages.onRealStage,
    onManagedStage: codexStages.onManagedStage,
  }),
  clientOf({
    name: "claude",
    releases: CLAUDE_RELEASES,
    scenarios: claudeScenarios,
    noOptions: {},
    fetch: (release) => claudeCli(release),
    onFakeStage: claudeStages.onFakeStage,
    onRealStage: claudeStages.onRealStage,
    onManagedStage: claudeStages.onManagedStage,
  }),
];
