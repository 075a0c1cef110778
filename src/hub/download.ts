/** Fetches one file, going on where an earlier try was cut. */

import type { HubFile } from "./hub_file.ts";
import { HubError, passing } from "./hub_error.ts";
import type { Partial } from "./partial.ts";
import { refusal } from "./refusal.ts";
import { type HubAnswer, type Line, request } from "./request.ts";
import { type Patience, retry } from "./retry.ts";

/** Where a file is. */
export interface Origin {
  repository: string;
  commit: string;
  file: HubFile;
}

/**
 * Fetches what is missing. Throws a HubError; what has come stays for the next time.
 *
 * @param onLength told after every piece
 */
export async function download(
  line: Line,
  origin: Origin,
  partial: Partial,
  patience: Patience,
  onLength: () => void,
): Promise<void> {
  let etag: string | null = null;
  await retry(() => withinSilence(patience, line, attempt), patience, partial.length);

  async function attempt(signal: AbortSignal, fed: () => void): Promise<void> {
    const from = partial.length();
    if (from === origin.file.size) return;
    const answer = await request(line, resolvePath(origin), {
      headers: rangeOf(from, etag),
      signal,
    });
    try {
      await checkStart(answer, line, origin, partial);
      etag = strongTag(answer.response);
      for await (const piece of answer.response.body ?? []) {
        fed();
        await partial.append(piece);
        onLength();
      }
    } finally {
      await answer.response.body?.cancel().catch(() => {});
    }
    if (partial.length() < origin.file.size) throw passing("the connection was cut");
  }
}

function resolvePath({ repository, commit, file }: Origin): string {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return `/${repository}/resolve/${commit}/${path}`;
}

function rangeOf(from: number, etag: string | null): Record<string, string> {
  if (from === 0) return {};
  return { range: `bytes=${from}-`, ...(etag === null ? {} : { "if-range": etag }) };
}

/** Only a strong one says that bytes are the same. */
function strongTag({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag?.startsWith('"') ? tag : null;
}

/** Makes what is there fit what comes; throws where nothing of use comes. */
async function checkStart(
  answer: HubAnswer,
  { hub }: Line,
  { repository, file }: Origin,
  partial: Partial,
): Promise<void> {
  const { status, headers } = answer.response;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
    const [start, total] = [Number(range?.[1]), range?.[2]];
    if (start === partial.length() && (total === "*" || Number(total) === file.size)) return;
  }
  if (status === 206 || status === 416) {
    await partial.restart();
    throw passing(`${hub.host} sends another part than was asked for`);
  }
  if (status !== 200) throw refusal(answer, hub, repository);
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== file.size) {
    throw new HubError(`${hub.host} sends ${file.path} in another size than its list says`);
  }
  await partial.restart();
}

/** Ends an attempt during which nothing comes for too long; what fails on the way is passing. */
async function withinSilence(
  { signal, silence: limit }: Patience,
  { hub }: Line,
  attempt: (signal: AbortSignal, fed: () => void) => Promise<void>,
): Promise<void> {
  const silence = new AbortController();
  const stop = () => silence.abort();
  let timer = setTimeout(stop, limit);
  const fed = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, limit);
  };
  try {
    await attempt(AbortSignal.any([signal, silence.signal]), fed);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HubError) throw error;
    throw passing(
      silence.signal.aborted ? `${hub.host} fell silent` : `the connection to ${hub.host} was cut`,
    );
  } finally {
    clearTimeout(timer);
  }
}
