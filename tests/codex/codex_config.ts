import { codexToml, leanToml } from "../../src/cli/codex/provider.ts";
import { isSince } from "../clients/version.ts";

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

/**
 * The text of `config.toml`: what `chaski codex config` prints, with the switches for small models in
 * force. A scenario that wants it otherwise says `codex exec -c KEY=VALUE`.
 */
export function codexConfig({ version, url, model, envKey, catalogueFile }: CodexConfig): string {
  const catalogue = catalogueFile === null
    ? ""
    : `model_catalog_json = ${JSON.stringify(catalogueFile)}\n`;
  const target = { url, model, keyed: envKey !== null, catalogue: catalogueFile === null };
  return catalogue + codexToml(target) + lean(version);
}

/** Arguments of `codex exec` that change a key of Chaski's provider for one run. */
export function providerKey(key: string, value: string | number | boolean): string[] {
  return ["-c", `model_providers.chaski.${key}=${JSON.stringify(value)}`];
}

/** Codex 0.130 takes `agents.enabled` for the name of a role of agents. */
function lean(version: string): string {
  return isSince(version, "0.145.0")
    ? `${leanToml().join("\n")}\n`
    : "[features]\nmulti_agent = false\n[skills]\ninclude_instructions = false\n";
}
