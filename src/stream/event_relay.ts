/**
 * llama-server's stream on its way to a client that speaks the same: untouched bytes, once the events
 * of prompt progress, which Chaski asks for and the client did not, have been taken out.
 */
import type { TokenCounts } from "../protocol/chat.ts";
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import { llamaStreamError, upstreamCutOff, upstreamGarbled } from "../protocol/llama_error.ts";
import { eventGate, looksLast } from "./event_gate.ts";
import { MAX_LINE, SSE_COMMENT } from "./sse.ts";
import { tailBuffer } from "./tail_buffer.ts";
import type { Conversion } from "./transfer.ts";

/** Follows a stream where its last bytes do not tell all. */
export interface EventWatch {
  /** Gets every event but those of prompt progress. Throws ApiError for what it cannot read. */
  see(event: string): void;
  /** Whether the last word was said, for streams without `[DONE]`. */
  ended(): boolean;
  counts(): TokenCounts;
}

export interface EventRelayOptions {
  /** Whether the client itself asked for `return_progress`. */
  keepProgress: boolean;
  /** With more than one choice, progress may come at any time. */
  manyChoices: boolean;
  /** Replaces a model name that must not be seen (a path) by the public one. */
  rename: { from: string; to: string } | null;
  watch?: EventWatch;
  /** What is told before the first event that answers, made of it. */
  lead?: (event: string) => string;
}

export interface EventRelay extends Conversion {
  counts(): TokenCounts;
}

/** The last events (finish, usage, [DONE]) fit into this many bytes. */
const TAIL = 8 * 1024;

const EVENTS = /[\s\S]*?\n\r?\n/g;
const DONE = /^data: ?\[DONE\]\s*$/;
const ERROR = /^data: ?(\{"error": ?["{][\s\S]*\})\s*$/;

export function eventRelay(options: EventRelayOptions): EventRelay {
  const { keepProgress, manyChoices, rename, watch, lead } = options;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let gate = eventGate(MAX_LINE);
  const tail = tailBuffer(TAIL);
  const alwaysLook = rename !== null || watch !== undefined || (manyChoices && !keepProgress);
  /** Events are looked at one by one; afterwards bytes pass as they are. */
  let looking = true;
  let answering = false;
  let ended = false;
  /** What came before an event that ends the transfer as failed. */
  let unsent = "";

  function look(bytes: Uint8Array): string {
    unsent = "";
    for (const event of decoder.decode(bytes).match(EVENTS) ?? []) unsent += lookAt(event);
    const text = unsent;
    unsent = "";
    tail.add(encoder.encode(text));
    return text;
  }

  function lookAt(event: string): string {
    const error = ERROR.exec(event)?.[1];
    if (error !== undefined) throw inBand(error);
    ended ||= DONE.test(event);
    // Inside a JSON string the quotes would be escaped, so these are keys.
    if (/"prompt_progress":\s*\{/.test(event)) return keepProgress ? event : "";
    if (watch !== undefined) {
      watch.see(event);
      ended ||= watch.ended();
    }
    const first = !answering && event.startsWith("data:");
    answering ||= first;
    return renamed(first && lead !== undefined ? lead(event) + event : event);
  }

  function renamed(event: string): string {
    if (rename === null) return event;
    const from = `"model":${JSON.stringify(rename.from)}`;
    return event.replaceAll(from, `"model":${JSON.stringify(rename.to)}`);
  }

  return {
    open: () => "",
    answering: () => answering,
    push(bytes) {
      const events = gate.push(bytes);
      if (events === null) return "";
      if (looking || looksLast(events)) {
        const text = look(events);
        looking = alwaysLook || !answering;
        return text;
      }
      tail.add(events);
      return events;
    },
    ended: () => ended,
    end() {
      const rest = decoder.decode(gate.rest());
      if (!ended && !DONE.test(rest)) throw upstreamCutOff();
      return ended ? "" : `${rest.trimEnd()}\n\n`;
    },
    restart() {
      if (answering) return false;
      gate = eventGate(MAX_LINE);
      return true;
    },
    fail(error: ApiError) {
      return `${unsent}data: ${JSON.stringify(openAiErrorBody(error))}\n\n`;
    },
    beat: () => SSE_COMMENT,
    counts: () => watch?.counts() ?? countsOf(tail.text()),
  };
}

function inBand(text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: unknown };
    return llamaStreamError(error);
  } catch {
    return upstreamGarbled("an error event holds no JSON");
  }
}

function countsOf(tail: string): TokenCounts {
  let counts: TokenCounts = {};
  for (const line of tail.split("\n")) {
    if (!line.startsWith("data: {") || !/"(?:usage|timings)":/.test(line)) continue;
    try {
      const { usage, timings } = JSON.parse(line.slice("data:".length)) as TokenCounts;
      counts = { ...counts, ...(usage && { usage }), ...(timings && { timings }) };
    } catch {
      // The tail may begin in the middle of an event.
    }
  }
  return counts;
}
