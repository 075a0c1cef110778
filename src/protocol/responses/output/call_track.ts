/**
 * Fragments of tool calls put together: which call a fragment belongs to, and when one begins and
 * ends. llama-server writes one call after the other; ids and names come with the first fragment,
 * but other servers are laxer. Pure.
 */
import type { ChatToolCallDelta } from "../../chat.ts";
import { upstreamGarbled } from "../../llama_error.ts";

/** What is told of the calls, in their order. */
export interface CallSink {
  /** A further call comes: whatever else is being written is over. */
  next(): void;
  /** Its id, unique in the response, and its name are known. */
  start(callId: string, name: string): void;
  /** A piece of its arguments. */
  append(args: string): void;
  /** It is whole. */
  end(): void;
}

export interface CallTrack {
  /** One fragment. Throws ApiError 502 for a fragment of a call that is over. */
  delta(fragment: ChatToolCallDelta): void;
  /** A whole call that came otherwise than in fragments. */
  add(name: string, args: string): void;
  /** Ends the call that is being written, if any. Throws ApiError 502 when it never had a name. */
  close(): void;
  /** Whether a call is being written. */
  active(): boolean;
  /** Whether a further call has begun than there may be; it is left out. */
  full(): boolean;
}

interface Writing {
  index: number;
  id: string;
  name: string;
  /** Arguments that came before the name. */
  early: string;
  started: boolean;
}

/**
 * Makes the track of one response.
 *
 * @param most how many calls there may be
 */
export function callTrack(
  sink: CallSink,
  { newCallId, most }: { newCallId: () => string; most: number },
): CallTrack {
  let call: Writing | null = null;
  let full = false;
  const ids = new Set<string>();
  const over = new Set<number>();
  let begun = 0;

  function close(): void {
    if (call === null) return;
    if (!call.started) throw upstreamGarbled("a tool call had no name");
    over.add(call.index);
    call = null;
    sink.end();
  }

  function open(index: number): Writing | null {
    close();
    if (over.has(index)) {
      throw upstreamGarbled("a tool call went on after the next one had begun");
    }
    return admit() ? { index, id: "", name: "", early: "", started: false } : null;
  }

  function admit(): boolean {
    full = begun >= most;
    if (full) return false;
    begun++;
    sink.next();
    return true;
  }

  function start(starting: Writing): void {
    // Clients answer calls by their id, so one that is missing or used twice would lose an answer.
    const id = starting.id !== "" && !ids.has(starting.id) ? starting.id : newCallId();
    ids.add(id);
    starting.started = true;
    sink.start(id, starting.name);
    if (starting.early !== "") sink.append(starting.early);
  }

  return {
    close,
    active: () => call !== null,
    add(name, args) {
      close();
      if (!admit()) return;
      const id = newCallId();
      ids.add(id);
      sink.start(id, name);
      sink.append(args);
      sink.end();
    },
    full: () => full,
    delta(fragment) {
      if (full) return;
      const index = fragment.index ?? call?.index ?? 0;
      const current = call?.index === index ? call : open(index);
      if (current === null) return;
      call = current;
      current.id ||= fragment.id ?? "";
      current.name ||= fragment.function?.name ?? "";
      const args = fragment.function?.arguments ?? "";
      if (current.name === "") {
        current.early += args;
        return;
      }
      if (!current.started) start(current);
      if (args !== "") sink.append(args);
    },
  };
}
