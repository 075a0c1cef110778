/** The paths of Ollama that `codex --oss` asks before its first turn. Nothing is ever downloaded. */
import { invalidRequest } from "../protocol/error.ts";
import { OLLAMA_VERSION, ollamaShow, ollamaTags } from "../protocol/ollama.ts";
import { isRecord } from "../protocol/record.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { asApiError } from "./errors.ts";
import { toCard } from "./models.ts";

/** `GET /api/version` */
export function ollamaVersion(c: Context): Response {
  return c.json({ version: OLLAMA_VERSION });
}

/** `GET /api/tags`: the models that can be used. */
export async function ollamaModels(c: Context, { serving }: Services): Promise<Response> {
  return c.json(ollamaTags((await serving.models()).map(toCard)));
}

/** `POST /api/show`: one model. */
export async function showOllamaModel(c: Context, services: Services): Promise<Response> {
  const { name } = await readName(c, services);
  return c.json(ollamaShow(toCard((await services.serving.resolve(name)).model)));
}

/**
 * `POST /api/pull`: a model that is served is there already, any other cannot be had. Streamed, which
 * is Ollama's default, the refusal comes as a line: of a status Codex shows the number alone.
 */
export async function pullOllamaModel(c: Context, services: Services): Promise<Response> {
  const { name, stream } = await readName(c, services);
  const refusal = await services.serving.resolve(name).then(() => null, asApiError);
  if (refusal === null) return lines(stream, { status: "success" }, 200);
  const { message, status } = refusal;
  c.get("scope").end(status < 500 ? "refused" : "failed", stream ? 200 : status, refusal);
  return lines(stream, { error: message }, status);
}

function lines(stream: boolean, line: Record<string, string>, status: number): Response {
  if (!stream) return Response.json(line, { status });
  const headers = { "content-type": "application/x-ndjson" };
  return new Response(`${JSON.stringify(line)}\n`, { headers });
}

async function readName(
  c: Context,
  { config }: Services,
): Promise<{ name: string; stream: boolean }> {
  const { json } = await readJson(c.req.raw, config.limits);
  const body = isRecord(json) ? json : {};
  // `name` is how older clients say it.
  const name = body["model"] ?? body["name"];
  if (typeof name !== "string" || name === "") {
    throw invalidRequest("Cannot tell the model: 'model' must be its name.", "model");
  }
  return { name, stream: body["stream"] !== false };
}
