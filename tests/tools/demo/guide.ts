import type { Screen } from "./screen.ts";

/** Where the demonstration's Chaski is, and what it calls its model. */
export interface Place {
  /** Like `http://127.0.0.1:8484`. */
  readonly url: string;
  readonly model: string;
}

/**
 * The part of Codex's `config.toml` that makes it talk to Chaski. The demonstration needs no key, but
 * Codex asks for the models' data only where it has one to send.
 */
export function codexConfig({ url, model }: Place): string {
  return `model = "${model}"
model_provider = "chaski"
web_search = "disabled"

[model_providers.chaski]
name = "Chaski"
base_url = "${url}/v1"
wire_api = "responses"
experimental_bearer_token = "none"  # with one, Codex asks what the model can do
model_catalog_url = "${url}/v1/models"
stream_idle_timeout_ms = 600000
supports_websockets = false

# a short prompt, which small models need
[features]
goals = false
[agents]
enabled = false
[skills]
include_instructions = false
`;
}

/** One `codex exec` that needs no configuration file. */
export function codexCommand({ url, model }: Place): string {
  const provider = [
    'name="Chaski"',
    `base_url="${url}/v1"`,
    'wire_api="responses"',
    'experimental_bearer_token="none"',
    `model_catalog_url="${url}/v1/models"`,
    "supports_websockets=false",
  ].join(",");
  const settings = [
    "model_provider=chaski",
    `model_providers.chaski={${provider}}`,
    "web_search=disabled",
    "features.goals=false",
    "agents.enabled=false",
    "skills.include_instructions=false",
  ].map((setting) => `-c '${setting}'`).join(" ");
  return `codex exec --skip-git-repo-check -m ${model} ${settings} 'Say hello'`;
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
your own, start these two instead (chaski is dist/chaski after \`deno task compile\`):

llama-server -m your.gguf --jinja --port 8080
chaski serve --upstream http://127.0.0.1:8080`;
