/**
 * llama-server's chat stream on its way to a chat client: untouched bytes, once the events of
 * prompt progress, which Chaski asks for and the client did not, have been taken out.
 */
import type { ChatTimings, ChatUsage } from "../protocol/chat.ts";
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import { llamaStreamError, upstreamCutOff, upstreamGarbled } from "../protocol/llama_error.ts";
import { MAX_LINE, SSE_COMMENT } from "./sse.ts";
import type { Conversion } from "./transfer.ts";

/** Counts for the log. */
export interface ChatCounts {
  usage?: ChatUsage;
  timings?: ChatTimings;
}

export interface ChatRelayOptions {
  /** Whether the client itself asked for `return_progress`. */
  keepProgress: boolean;
  /** With more than one choice, progress may come at any time. */
  manyChoices: boolean;
  /** Replaces a model name that must not be seen (a path) by the public one. */
  rename: { from: string; to: string } | null;
}

export interface ChatRelay extends Conversion {
  counts(): ChatCounts;
}

/** The last events (finish, usage, [DONE]) fit into this many bytes. */
const TAIL = 8 * 1024;

export function chatRelay(options: ChatRelayOptions): ChatRelay {
  const { keepProgress, manyChoices, rename } = options;
  const decoder = new TextDecoder();
  /** Events are looked at one by one; afterwards bytes pass as they are. */
  let looking = true;
  const alwaysLook = rename !== null || (manyChoices && !keepProgress);
  /** An event that has not ended yet. */
  let pending = "";
  let answering = false;
  let atBoundary = true;
  /** llama-server's own error event has gone out with the bytes: one is enough. */
  let toldError = false;
  const tail: Uint8Array[] = [];
  let tailSize = 0;
  const encoder = new TextEncoder();

  function remember(bytes: Uint8Array): void {
    tail.push(bytes);
    tailSize += bytes.length;
    while (tail.length > 1 && tailSize - (tail[0]?.length ?? 0) >= TAIL) {
      tailSize -= tail.shift()?.length ?? 0;
    }
  }

  function look(bytes: Uint8Array): string {
    const text = pending + decoder.decode(bytes, { stream: true });
    const cut = text.lastIndexOf("\n\n") + (text.includes("\n\n") ? 2 : 1);
    pending = text.slice(cut);
    if (pending.length > MAX_LINE) throw upstreamGarbled("an event is too long");
    const events = text.slice(0, cut).split("\n\n").filter((event) => event !== "");
    return events.map(lookAt).join("");
  }

  function lookAt(event: string): string {
    // Inside a JSON string the quotes would be escaped, so these are keys.
    if (event.includes('"prompt_progress":') && !keepProgress) return "";
    if (event.startsWith('data: {"error":')) throw inBand(event);
    if (event.startsWith("data:")) answering = true;
    if (rename === null) return `${event}\n\n`;
    const from = `"model":${JSON.stringify(rename.from)}`;
    return `${event.replaceAll(from, `"model":${JSON.stringify(rename.to)}`)}\n\n`;
  }

  function tailText(): string {
    const text = new TextDecoder();
    return tail.map((bytes) => text.decode(bytes, { stream: true })).join("") + pending;
  }

  return {
    open: () => "",
    answering: () => answering,
    push(bytes) {
      if (looking) {
        const text = look(bytes);
        if (text !== "") remember(encoder.encode(text));
        if (answering && !alwaysLook && pending === "") looking = false;
        return text;
      }
      remember(bytes);
      atBoundary = bytes.at(-1) === 0x0a && bytes.at(-2) === 0x0a;
      return bytes;
    },
    end() {
      const text = tailText();
      const error = /\ndata: (\{"error":.*\})\s*$/.exec(`\n${text}`)?.[1];
      if (error !== undefined) {
        toldError = true;
        throw inBand(`data: ${error}`);
      }
      if (!/data: ?\[DONE\]\s*$/.test(text)) throw upstreamCutOff();
      return "";
    },
    fail(error: ApiError) {
      if (toldError) return "";
      const end = atBoundary ? "" : "\n\n";
      return `${end}data: ${JSON.stringify(openAiErrorBody(error))}\n\n`;
    },
    beat: () => atBoundary ? SSE_COMMENT : "",
    counts: () => countsOf(tailText()),
  };
}

function inBand(event: string): ApiError {
  try {
    const { error } = JSON.parse(event.slice("data:".length)) as { error: unknown };
    return llamaStreamError(error);
  } catch {
    return upstreamGarbled("an error event holds no JSON");
  }
}

function countsOf(tail: string): ChatCounts {
  let counts: ChatCounts = {};
  for (const line of tail.split("\n")) {
    if (!line.startsWith("data: {") || !/"(?:usage|timings)":/.test(line)) continue;
    try {
      const { usage, timings } = JSON.parse(line.slice("data:".length)) as ChatCounts;
      counts = { ...counts, ...(usage && { usage }), ...(timings && { timings }) };
    } catch {
      // The tail may begin in the middle of an event.
    }
  }
  return counts;
}
