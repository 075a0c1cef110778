import { isSince } from "./codex_release.ts";

/** What Codex is told about Chaski. */
export interface CodexConfig {
  /** The version of Codex that reads it. */
  readonly version: string;
  /** Chaski's base URL without `/v1`. */
  readonly url: string;
  readonly model: string;
  /** The variable that holds Chaski's key; null for a Chaski without a key. */
  readonly envKey: string | null;
  /** The path of a saved catalogue; null to let Codex fetch Chaski's. */
  readonly catalogueFile: string | null;
}

/** Whether this version can fetch a catalogue; an older one wants it in a file. */
export function fetchesCatalogue(version: string): boolean {
  return isSince(version, "0.166.0");
}

/** The text of `config.toml`. A scenario that wants it otherwise says `codex exec -c KEY=VALUE`. */
export function codexConfig({ version, url, model, envKey, catalogueFile }: CodexConfig): string {
  return `
model = "${model}"
model_provider = "chaski"
web_search = "disabled"
${catalogueFile === null ? "" : `model_catalog_json = ${JSON.stringify(catalogueFile)}`}

[model_providers.chaski]
name = "Chaski"
base_url = "${url}/v1"
wire_api = "responses"
${credential(envKey)}
${catalogueFile === null ? `model_catalog_url = "${url}/v1/models"` : ""}
stream_idle_timeout_ms = 600000
supports_websockets = false
${lean(version)}
[skills]
include_instructions = false
`;
}

/** Arguments of `codex exec` that change a key of Chaski's provider for one run. */
export function providerKey(key: string, value: string | number): string[] {
  return ["-c", `model_providers.chaski.${key}=${JSON.stringify(value)}`];
}

// Codex 0.169 fetches the catalogue only with a credential, so a keyless Chaski gets a token anyway.
function credential(envKey: string | null): string {
  return envKey === null ? 'experimental_bearer_token = "none"' : `env_key = "${envKey}"`;
}

// Codex 0.130 takes `enabled` for the name of a role of agents, 0.169 calls the feature deprecated.
function lean(version: string): string {
  return isSince(version, "0.145.0")
    ? "[features]\ngoals = false\n[agents]\nenabled = false"
    : "[features]\nmulti_agent = false";
}
