/** What Codex would find where its settings lead. */

import { modelNames } from "../clients/place.ts";
import { proxyInTheWay } from "../clients/proxy.ts";
import { look, type Place, type RunningChaski, servedAs } from "../clients/running.ts";
import type { CodexView } from "./doctor_config.ts";
import { type Finding, hint, ok, problem } from "./finding.ts";

/**
 * Asks what is at `base_url`, with the credential that Codex would send.
 *
 * @param own where the Chaski of these settings should be; null when they cannot be read
 */
export async function serverFindings(
  view: CodexView,
  env: Readonly<Record<string, string | undefined>>,
  own: string | null,
): Promise<Finding[]> {
  const baseUrl = view.table?.["base_url"];
  if (typeof baseUrl !== "string") return [];
  const url = baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    return [problem(`base_url "${baseUrl}" is no address; it looks like http://127.0.0.1:8484/v1`)];
  }
  const place = { url, key: credential(view, env) };
  const proxy = proxyFindings(url, env);
  const found = await look(place);
  if (found.kind !== "chaski") return [...proxy, problem(await whyNot(found.kind, url, own))];
  const key = keyFinding(found, place);
  if (key.level === "problem") {
    // A variable that is not set is told of already.
    const told = typeof view.table?.["env_key"] === "string" && place.key === undefined;
    return [ok(`Chaski answers at ${url}`), ...told ? [] : [key]];
  }
  if (found.notReady !== null) {
    return [ok(`Chaski answers at ${url}`), key, problem(`it has no model: ${found.notReady}`)];
  }
  const model = await modelFindings(view, found, place);
  return [ok(`Chaski answers at ${url}`), key, ...model, ...proxy, ...catalogueFindings(view, url)];
}

function proxyFindings(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Finding[] {
  const proxy = proxyInTheWay(url, env);
  if (proxy === null) return [];
  const { hostname } = new URL(url);
  return [hint(`${proxy} is set, so Codex asks the proxy for Chaski; add ${hostname} to NO_PROXY`)];
}

/** What Codex sends: the variable goes before the token. */
function credential(
  { table = {} }: CodexView,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { env_key, experimental_bearer_token: token } = table;
  const key = typeof env_key === "string" ? env[env_key] : token;
  // Anything else cannot be in a header.
  return typeof key === "string" && /^[\x21-\x7e]+$/.test(key.trim()) ? key.trim() : undefined;
}

async function whyNot(kind: string, url: string, own: string | null): Promise<string> {
  const other = own !== null && own !== url && (await look({ url: own, key: undefined })).kind;
  const cure = other === "chaski"
    ? `Chaski answers at ${own}: set base_url = "${own}/v1"`
    : "start chaski serve, and set base_url to the address that it prints, with /v1";
  if (kind === "nothing") return `nothing answers at ${url}; ${cure}`;
  return kind === "llama-server"
    ? `base_url leads to llama-server itself; Codex needs Chaski in between; ${cure}`
    : `what answers at ${url} is not Chaski; ${cure}`;
}

function keyFinding({ keyed, keyFits }: RunningChaski, { key }: Place): Finding {
  if (!keyed) return ok("no key is asked for");
  if (keyFits) return ok("the key fits");
  return problem(
    key === undefined
      ? 'Chaski asks for a key and Codex sends none (401); set env_key = "CHASKI_API_KEY", and ' +
        "export that variable"
      : "Chaski refuses the key that Codex sends (401); set it to the one Chaski was started with",
  );
}

async function modelFindings(
  { model, contextWindow }: CodexView,
  found: RunningChaski,
  place: Place,
): Promise<Finding[]> {
  if (model === undefined) {
    return [problem(`model is not set; there is ${modelNames(found)}`)];
  }
  const name = await servedAs(place, model);
  if (name === null) {
    return [problem(`model "${model}" is not served; there is ${modelNames(found)}`)];
  }
  const context = found.models.find(({ id }) => id === name)?.context ?? null;
  const size = context === null ? "" : ` with ${context} tokens of context`;
  const findings = [
    name === model
      ? ok(`model "${model}" is served${size}`)
      : hint(`model "${model}" is served as "${name}"; the catalogue knows it by that name alone`),
  ];
  if (context !== null && contextWindow !== undefined && contextWindow > context) {
    findings.push(problem(
      `model_context_window is ${contextWindow}, but one slot holds ${context}: Codex would ` +
        `compact too late; set ${context}, or take the line out where the catalogue is fetched`,
    ));
  }
  return findings;
}

function catalogueFindings({ table }: CodexView, url: string): Finding[] {
  const catalogue = table?.["model_catalog_url"];
  if (typeof catalogue !== "string" || catalogue === `${url}/v1/models`) return [];
  return [hint(`model_catalog_url is "${catalogue}"; Chaski's is ${url}/v1/models`)];
}
