/**
 * One question to whatever listens at an address. Never by a proxy that the environment may name:
 * those do not lead to this machine.
 */

import { openUpstream } from "../../upstream/http.ts";

/** Milliseconds. */
const PATIENCE = 5_000;

/** Bytes. A list of models does not come near. */
const LARGEST = 8 * 1024 * 1024;

/** An answer; `json` is undefined when its body is none. */
export interface Answer {
  status: number;
  headers: ReadonlyMap<string, string>;
  json: unknown;
}

/** Asks `GET url + path`, or POST where there is something to send; null when nothing answers in time. */
export async function ask(
  url: string,
  path: string,
  key?: string,
  sent?: unknown,
): Promise<Answer | null> {
  const http = openUpstream(url, { connectTimeout: PATIENCE, key });
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const { status, headers, body } = await http.send({
      ...(sent === undefined ? { method: "GET" } : { method: "POST", ...jsonOf(sent) }),
      ...{ path, signal },
    });
    return { status, headers, json: await readJson(body) };
  } catch {
    return null;
  } finally {
    await http.destroy();
  }
}

function jsonOf(sent: unknown) {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(sent) };
}

async function readJson(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LARGEST) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
