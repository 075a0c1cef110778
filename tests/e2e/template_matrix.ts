/**
 * Every recorded request of Codex over every chat template, on the real llama-server: rendered by
 * its apply-template endpoint, and answered with one token. Prints the matrix that docs/codex.md
 * shows; exit status 1 when one is refused.
 *
 *     deno task templates [--only TEMPLATE]
 */
import { parseArgs } from "node:util";
import { startChaski } from "../chaski_process.ts";
import { startRecorder } from "../clients/recorder.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { templateNames, tinyModel } from "../tools/tiny_model.ts";

/** One request of Codex, as a body of `POST /v1/responses`. */
interface CodexRequest {
  name: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

const FIXTURES = new URL("../fixtures/codex/", import.meta.url);

/** All requests; those of a WebSocket without the response that they go on from. */
async function codexRequests(): Promise<CodexRequest[]> {
  const files = [...Deno.readDirSync(FIXTURES)].map(({ name }) => name);
  return await Promise.all(
    files.filter((name) => /^\d+.*\.json$/.test(name)).sort().map(async (file) => {
      const text = await Deno.readTextFile(new URL(file, FIXTURES));
      const { request, websocket_message } = JSON.parse(text);
      const { previous_response_id: _, ...body } = request?.body ?? websocket_message;
      const { "thread-id": thread } = request?.headers ?? {};
      const headers: Record<string, string> = thread === undefined ? {} : { "thread-id": thread };
      return { name: file.replace(/\.json$/, ""), headers, body };
    }),
  );
}

/** What is wrong with each request over one template; null where it is accepted. */
async function overTemplate(
  template: string,
  requests: readonly CodexRequest[],
): Promise<(string | null)[]> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  const args = ["-c", "65536", "-np", "1", "--alias", "tiny"];
  await using llama = await startLlamaServer({ binary, model, args });
  await using recorder = startRecorder(llama.url);
  await using chaski = await startChaski({
    upstream: recorder.url,
    args: ["--default-model", "any"],
  });
  const outcomes: (string | null)[] = [];
  for (const { headers, body } of requests) {
    const before = recorder.requests.length;
    const answer = await fetch(`${chaski.url}/v1/responses`, {
      method: "POST",
      headers,
      body: JSON.stringify({ ...body, model: "tiny", stream: false, max_output_tokens: 1 }),
    });
    const { status, error } = await answer.json();
    const said = status === "completed" || status === "incomplete" ? null : error?.message;
    outcomes.push(said ?? await renderProblem(llama.url, recorder.requests.slice(before)));
  }
  return outcomes;
}

/** Renders what Chaski asked; a preload asks nothing. */
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

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const requests = await codexRequests();
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
