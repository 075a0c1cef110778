/** Whether an answer is kept: in the store, in the memory of its connection, or not at all. */
import { invalidRequest } from "../protocol/error.ts";
import type { Note } from "../protocol/note.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import type { Services } from "./context.ts";
import type { SocketMemory } from "./socket_memory.ts";
import { endTurn, keepTurn, rememberTurn, type Turn } from "./turns.ts";

/** What decides it. */
export interface KeepingFacts {
  turn: Turn;
  /** Bytes that the request has. */
  size: number;
  memory: SocketMemory | null;
  background: boolean;
  /** Whether the answer says anything. */
  speaks: boolean;
}

export interface Keeping {
  /** Whether the store has it in the end. */
  kept: boolean;
  notes: readonly Note[];
  /** Keeps the finished response. */
  keep(response: ResponseObject): void;
}

/** Bytes of a request that are kept: writing more would hold everybody else up. */
const MOST_KEPT = 8 * 1024 * 1024;

/** Whether a request may be kept that has so many bytes with the items that it names. */
export function isKeepable(bytes: number): boolean {
  return bytes <= MOST_KEPT;
}

/**
 * OpenAI keeps what the request does not forbid; what says nothing is not worth it.
 *
 * @throws {ApiError} 400 where a request is too large to keep a promise
 */
export function keeping(
  { config, store, seal }: Pick<Services, "config" | "store" | "seal">,
  { turn, size, memory, background, speaks }: KeepingFacts,
): Keeping {
  const wanted = background || config.store === "on" && turn.request.store !== false && speaks;
  const kept = wanted && isKeepable(size + turn.added);
  return {
    kept,
    notes: wanted && !kept ? [notKept(turn, background)] : [],
    keep(response) {
      if (background) endTurn(response, turn, store);
      else if (kept) keepTurn(response, turn, store);
      else if (memory !== null && response.status !== "failed") {
        rememberTurn(response, turn, { memory, unseal: seal.unseal });
      }
    },
  };
}

function notKept({ place: { conversationId } }: Turn, background: boolean): Note {
  const message = "A request of more than 8 MiB is not kept.";
  if (!background && conversationId === null) {
    return { code: "not_stored", param: "store", message };
  }
  throw invalidRequest(
    `Cannot keep the response: ${message}`,
    background ? "background" : "conversation",
  );
}
