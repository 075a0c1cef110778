/** What a repository holds at the moment. */

import { toBytes } from "@std/streams/to-bytes";
import { LimitedBytesTransformStream } from "@std/streams/limited-bytes-transform-stream";
import { isRecord } from "../protocol/record.ts";
import { type HubFile, modelFilesIn } from "./hub_file.ts";
import { HubError, passing } from "./hub_error.ts";
import { refusal } from "./refusal.ts";
import { type Line, request } from "./request.ts";
import { type Patience, retry } from "./retry.ts";

/** The GGUF files of one commit. */
export interface Listing {
  /** 40 hexadecimal digits. */
  commit: string;
  files: HubFile[];
}

/** Bytes of one answer. */
const LARGEST = 32 * 1024 * 1024;
const MOST_PAGES = 100;

/** Asks for the head of `main` and its files. Throws a HubError. */
export async function listFiles(
  line: Line,
  repository: string,
  patience: Patience,
): Promise<Listing> {
  const get = (path: string) => retry(() => getJson(line, repository, path, patience), patience);
  const { json } = await get(`/api/models/${repository}/revision/main`);
  const commit = isRecord(json) ? json["sha"] : null;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new HubError(`${line.hub.host} says no commit; check HF_ENDPOINT`);
  }
  const tree = `/api/models/${repository}/tree/${commit}`;
  const files: HubFile[] = [];
  let search: string | null = "?recursive=true&expand=false";
  for (let page = 0; search !== null; page++) {
    if (page === MOST_PAGES) throw new HubError("the repository has too many files");
    const answer: Answer = await get(tree + search);
    files.push(...modelFilesIn(answer.json));
    search = nextOf(answer.link);
  }
  return { commit, files };
}

interface Answer {
  json: unknown;
  link: string | null;
}

async function getJson(
  line: Line,
  repository: string,
  path: string,
  { signal, silence }: Patience,
): Promise<Answer> {
  const limit = AbortSignal.timeout(silence);
  try {
    const both = AbortSignal.any([signal, limit]);
    const answer = await request(line, path, { signal: both });
    if (answer.response.status !== 200) {
      await answer.response.body?.cancel();
      throw refusal(answer, line.hub, repository);
    }
    const text = new TextDecoder().decode(await bytesOf(answer.response));
    return { json: JSON.parse(text), link: answer.response.headers.get("link") };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof HubError ? error : reasonOf(error, line, limit);
  }
}

async function bytesOf({ body }: Response): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  return await toBytes(body.pipeThrough(new LimitedBytesTransformStream(LARGEST, { error: true })));
}

function reasonOf(error: unknown, { hub }: Line, limit: AbortSignal): HubError {
  if (limit.aborted) return passing(`${hub.host} does not answer in time`);
  if (error instanceof RangeError) return new HubError(`${hub.host} says too much at once`);
  if (error instanceof SyntaxError) return new HubError(`${hub.host} is no hub; check HF_ENDPOINT`);
  return passing(`the connection to ${hub.host} was cut`);
}

/**
 * The query of the next page. Its address is not taken over: behind a mirror it names the hub itself,
 * which was not to be asked.
 */
function nextOf(link: string | null): string | null {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  return target !== undefined && URL.canParse(target, "http://hub")
    ? new URL(target, "http://hub").search || null
    : null;
}
