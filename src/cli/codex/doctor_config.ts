/** What Codex's settings alone tell: each mistake with its cure. Pure. */

import { isRecord } from "../../protocol/record.ts";
import { type Finding, hint, ok, problem } from "./finding.ts";
import { CATALOGUE_SINCE, CREDENTIALS, isOlder } from "./provider.ts";
import type { Release } from "./program.ts";

/** The settings that concern the provider, as far as they are there and of the right type. */
export interface CodexView {
  model: string | undefined;
  /** The name of the provider's table. */
  provider: string | undefined;
  /** The provider's table. */
  table: Record<string, unknown> | undefined;
  contextWindow: number | undefined;
  /** The whole document. */
  document: Record<string, unknown>;
}

const WRITE = "run chaski codex config --write";

/** Reads a parsed configuration. */
export function viewOf(document: Record<string, unknown>): CodexView {
  const { model, model_provider, model_providers, model_context_window } = document;
  const provider = typeof model_provider === "string" ? model_provider : undefined;
  const found = isRecord(model_providers) && provider !== undefined
    ? Object.entries(model_providers).find(([name]) => name === provider)?.[1]
    : undefined;
  return {
    model: typeof model === "string" ? model : undefined,
    provider,
    table: isRecord(found) ? found : undefined,
    contextWindow: typeof model_context_window === "number" ? model_context_window : undefined,
    document,
  };
}

/** A profile's settings over those of the file, as Codex lays them: table by table. */
export function overlaid(
  base: Record<string, unknown>,
  profile: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(profile)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? overlaid(below, value) : value;
  }
  return merged;
}

/** The version of the program: what an older one cannot do. */
export function versionFindings(version: string, release: Release | null): Finding[] {
  if (release === null || !isOlder(release, CATALOGUE_SINCE)) return [ok(`codex ${version}`)];
  if (isOlder(release, [0, 100])) {
    return [problem(`codex ${version} is too old for Responses; update it: codex update`)];
  }
  return [
    hint(
      `codex ${version} fetches no catalogue (0.166 does): no apply_patch, and the context is ` +
        "guessed as 272000; update it, or set model_context_window to the context of one slot",
    ),
  ];
}

/** The provider: whether there is one and whether it can lead to Chaski. */
export function providerFindings({ provider, table }: CodexView): Finding[] {
  if (provider === undefined) {
    return [problem(`model_provider is not set, so Codex asks OpenAI; ${WRITE}`)];
  }
  if (provider === "openai") {
    return [problem(`model_provider is "openai", Codex's own, which asks OpenAI; ${WRITE}`)];
  }
  if (["ollama", "lmstudio"].includes(provider)) {
    return [problem(`model_provider is "${provider}", which is for codex --oss; ${WRITE}`)];
  }
  if (table === undefined) {
    return [
      problem(
        `model_provider is "${provider}", but [model_providers.${provider}] is missing; ${WRITE}`,
      ),
    ];
  }
  const { name, wire_api, base_url } = table;
  const findings: Finding[] = [];
  if (typeof base_url !== "string") {
    findings.push(problem(`the provider has no base_url; ${WRITE}`));
  } else if (!/\/v1\/*$/.test(base_url)) {
    findings.push(problem(`base_url "${base_url}" does not end in /v1; add it`));
  }
  if (wire_api !== undefined && wire_api !== "responses") {
    findings.push(problem(`wire_api is "${wire_api}", which Codex has given up; set "responses"`));
  }
  if (name === "OpenAI") {
    findings.push(hint(
      'the provider is named "OpenAI": Codex then leaves compaction to the server; any other ' +
        "name lets it compact by itself",
    ));
  }
  return findings.length > 0 ? findings : [ok(`provider "${provider}" at ${base_url}`)];
}

/** What would work better otherwise. */
export function comfortFindings(
  view: CodexView,
  env: Readonly<Record<string, unknown>>,
): Finding[] {
  const { table, document } = view;
  if (table === undefined) return [];
  const findings = [...catalogueFindings(view)];
  const { env_key, stream_idle_timeout_ms: idle } = table;
  if (typeof env_key === "string" && !env[env_key]) {
    findings.push(problem(`env_key names ${env_key}, which is not set here; export ${env_key}=…`));
  }
  if (document["web_search"] !== "disabled") {
    findings.push(
      hint('the model is offered a web search that nobody runs; set web_search = "disabled"'),
    );
  }
  if (typeof idle === "number" && idle < 60_000) {
    findings.push(hint(`stream_idle_timeout_ms is ${idle}: long prompts may be cut; set 600000`));
  }
  return findings;
}

function catalogueFindings({ table = {}, document }: CodexView): Finding[] {
  if (document["model_catalog_json"] !== undefined) return [];
  const credential = [...CREDENTIALS, "auth"].some((key) => table[key] !== undefined);
  const guessed = "the context is guessed as 272000, and there is no apply_patch";
  if (table["model_catalog_url"] === undefined) {
    return [hint(`without model_catalog_url ${guessed}; ${WRITE}`)];
  }
  if (credential) return [];
  return [hint(
    `without a credential Codex fetches no catalogue: ${guessed}; set experimental_bearer_token ` +
      '= "none"',
  )];
}
