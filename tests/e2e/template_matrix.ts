/**
 * Every recorded request of Codex and Claude Code over every chat template, on the real
 * llama-server: rendered by its apply-template endpoint, and answered with one token. Prints the
 * matrix that docs/codex.md and docs/claude-code.md show; exit status 1 when one is refused.
 *
 *     deno task templates [--only TEMPLATE] [--client CLIENT]
 */
import { parseArgs } from "node:util";
import { startChaski } from "../chaski_process.ts";
import { startRecorder } from "../clients/recorder.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { templateNames, tinyModel } from "../tools/tiny_model.ts";

/** One request of a client. */
interface ClientRequest {
  name: string;
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** Where the requests of each client go, and how they are limited to one token. */
const CLIENTS: Readonly<Record<string, { path: string; limit: string }>> = {
  "codex": { path: "/v1/responses", limit: "max_output_tokens" },
  "claude-code": { path: "/v1/messages", limit: "max_tokens" },
};

/** All requests for an answer; those of a WebSocket without the response that they go on from. */
async function requestsOf(client: string): Promise<ClientRequest[]> {
  const { path = "", limit = "" } = CLIENTS[client] ?? {};
  const folder = new URL(`../fixtures/${client}/`, import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const read = await Promise.all(
    files.filter((name) => /^\d+.*\.json$/.test(name)).sort().map(async (file) => {
      const text = await Deno.readTextFile(new URL(file, folder));
      const { request, websocket_message } = JSON.parse(text);
      const { previous_response_id: _, ...body } = request?.body ?? websocket_message ?? {};
      return {
        ...{ name: file.replace(/\.json$/, ""), path: request?.path ?? path },
        headers: threadIn(request?.headers ?? {}),
        body: { ...body, model: "tiny", stream: false, [limit]: 1 },
      };
    }),
  );
  return read.filter((request) => request.path === path);
}

function threadIn(headers: Record<string, string>): Record<string, string> {
  const names = ["thread-id", "x-claude-code-session-id", "x-claude-code-agent-id"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

/** What is wrong with each request over one template; null where it is accepted. */
async function overTemplate(
  template: string,
  requests: readonly ClientRequest[],
): Promise<(string | null)[]> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  const args = ["-c", "131072", "-np", "1", "--alias", "tiny"];
  await using llama = await startLlamaServer({ binary, model, args });
  await using recorder = startRecorder(llama.url);
  await using chaski = await startChaski({
    upstream: recorder.url,
    args: ["--default-model", "any"],
  });
  const outcomes: (string | null)[] = [];
  for (const { path, headers, body } of requests) {
    const before = recorder.requests.length;
    const answer = await fetch(`${chaski.url}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const { status, type, error } = await answer.json();
    const answered = status === "completed" || status === "incomplete" || type === "message";
    const said = answered ? null : error?.message;
    outcomes.push(said ?? await renderProblem(llama.url, recorder.requests.slice(before)));
  }
  return outcomes;
}

/** Renders what Chaski asked; a preload and a search on the web ask nothing. */
async function renderProblem(llama: string, asked: readonly unknown[]): Promise<string | null> {
  for (const body of asked) {
    const answer = await fetch(`${llama}/apply-template`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const { prompt, error } = await answer.json();
    if (typeof prompt !== "string" || prompt === "") return error?.message ?? "an empty prompt";
  }
  return null;
}

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    client: { type: "string", default: "" },
  },
});
const clients = Object.keys(CLIENTS).filter((name) => name.includes(values.client));
const requests = (await Promise.all(clients.map(requestsOf))).flat();
const templates = templateNames().filter((name) => name.includes(values.only));
const columns = new Map<string, (string | null)[]>();
for (const template of templates) {
  columns.set(template, await overTemplate(template, requests));
  console.error(`${template}: ${columns.get(template)?.filter((one) => one === null).length}`);
}

console.log(`| request | ${templates.join(" | ")} |`);
console.log(`| --- |${" --- |".repeat(templates.length)}`);
for (const [i, { name }] of requests.entries()) {
  const cells = templates.map((template) => columns.get(template)?.[i] === null ? "ok" : "REFUSED");
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
const refused = [...columns].flatMap(([template, outcomes]) =>
  outcomes.flatMap((problem, i) =>
    problem === null ? [] : [`${template}, ${requests[i]?.name}: ${problem}`]
  )
);
for (const complaint of refused) console.error(complaint);
if (refused.length > 0) Deno.exitCode = 1;
