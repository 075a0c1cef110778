import {
  codexOverrides,
  leanToml,
  providerToml,
  rootSettings,
  tomlLines,
} from "../../../src/cli/codex/provider.ts";
import type { Screen } from "./screen.ts";

/** Where the demonstration's Chaski is, and what it calls its model. */
export interface Place {
  /** Like `http://127.0.0.1:8484`. */
  readonly url: string;
  readonly model: string;
}

/** Codex's `config.toml` for the demonstration, which needs no key and has a very small model. */
export function codexConfig(place: Place): string {
  const target = { ...place, keyed: false, catalogue: true };
  const lines = [...tomlLines(rootSettings(target)), "", ...providerToml(target), ""];
  return [...lines, "# a short prompt, which small models need", ...leanToml(), ""].join("\n");
}

/** One `codex exec` that needs no configuration file. */
export function codexCommand(place: Place): string {
  const settings = codexOverrides({ ...place, keyed: false, catalogue: true })
    .map((word) => word.startsWith("-") ? word : `'${word}'`).join(" ");
  return `codex exec --skip-git-repo-check ${settings} 'Say hello'`;
}

/** One streamed request by curl. */
export function curlCommand({ url, model }: Place): string {
  const body = JSON.stringify({ model, input: "Say hello", stream: true });
  return `curl -N ${url}/v1/responses -H 'Content-Type: application/json' -d '${body}'`;
}

/** What to paste and run next, and how to get from the demonstration to a model of one's own. */
export function guide(place: Place, screen: Screen): string {
  const section = (heading: string, text: string) => `\n${screen.bold(heading)}\n\n${text}\n`;
  return [
    section("Codex: paste this into ~/.codex/config.toml", codexConfig(place).trimEnd()),
    section("Codex: or once, without a file", codexCommand(place)),
    section("curl", curlCommand(place)),
    section("This model speaks nonsense", REAL_MODEL),
  ].join("");
}

const REAL_MODEL =
  `The server is real, the model is not: it draws its words from a short list. For one of
your own, start this instead (chaski is dist/chaski after \`deno task compile\`):

chaski engine install                  # llama-server, where there is none
chaski serve --models-dir DIR          # every GGUF file in DIR, by name`;
