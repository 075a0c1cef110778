/**
 * What a Responses request goes on from, and what becomes of its answer: the turns in the store.
 */
import { ApiError, invalidRequest } from "../protocol/error.ts";
import { checkOutputs } from "../protocol/responses/continuation.ts";
import type { Item } from "../protocol/responses/history/items.ts";
import { keptInput, type KeptItem } from "../protocol/responses/kept_input.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import { standingItems } from "../protocol/responses/replacement.ts";
import type { CreateResponse } from "../protocol/responses/schema.ts";
import { inputIds } from "../store/input_ids.ts";
import type { TranslateOptions } from "../protocol/responses/translation_context.ts";
import type { Store } from "../store/store.ts";
import { BOUNDS, tooLong } from "./history_bounds.ts";
import { newId } from "./ids.ts";
import { resolved } from "./references.ts";
import type { SocketMemory } from "./socket_memory.ts";

/** Where a request stands. */
export interface Place {
  owner: string;
  /** Items of the turns before, oldest first. */
  earlier: readonly Item[];
  /** Whether the earlier items are in a connection's memory alone, and not in the store. */
  remembered: boolean;
  previousId: string | null;
  conversationId: string | null;
}

/** A request with all that it names by ids. */
export interface Turn {
  /** As it came, with items in the places of references to them. */
  request: CreateResponse;
  /** Bytes that these items add to it. */
  added: number;
  place: Place;
}

/** Where what a request names is kept. */
interface Kept {
  store: Store;
  /** What the request's connection remembers; null for one that remembers nothing. */
  memory: SocketMemory | null;
}

/**
 * Reads what a request goes on from, and the items that it names.
 *
 * @throws {ApiError} 400 `previous_response_not_found`, `item_not_found`, 404
 * `conversation_not_found`, or 400 for an output without its call
 */
export function turnOf(asked: CreateResponse, owner: string, { store, memory }: Kept): Turn {
  const place = placeOf(asked, owner, { store, memory });
  const { earlier, previousId, conversationId } = place;
  if (!Array.isArray(asked.input)) return { request: asked, added: 0, place };
  const near = [memory?.items() ?? [], earlier];
  const { items: input, added } = resolved(asked.input, "input", { store, owner, near });
  if (previousId !== null || conversationId !== null) checkOutputs(earlier, input);
  return { request: { ...asked, input }, added, place };
}

function placeOf(request: CreateResponse, owner: string, { store, memory }: Kept): Place {
  const previousId = request.previous_response_id || null;
  const { conversation } = request;
  const conversationId = typeof conversation === "object" && conversation !== null
    ? conversation.id
    : conversation || null;
  if (previousId !== null && conversationId !== null) {
    const reason = "a conversation has its own order; send one of the two";
    throw invalidRequest(
      `Cannot continue from previous_response_id in a conversation: ${reason}`,
      "conversation",
    );
  }
  const remembered = previousId === null ? null : memory?.recall(previousId) ?? null;
  const earlier = remembered !== null
    ? remembered
    : previousId !== null
    ? turnsBefore(previousId, owner, store)
    : conversationId !== null
    ? conversationItems(conversationId, owner, store)
    : [];
  return { owner, earlier, remembered: remembered !== null, previousId, conversationId };
}

function turnsBefore(id: string, owner: string, { responses }: Store): Item[] {
  const turns = responses.history(id, owner, BOUNDS);
  if (turns === null) {
    throw invalidRequest(
      "Cannot continue: there is no response of that id, or it is no longer kept.",
      "previous_response_id",
      "previous_response_not_found",
    );
  }
  if (turns === "too long") throw tooLong("previous_response_id");
  return turns.flatMap(({ input, output }) =>
    [...input.map(({ text }) => text), ...output].map((text): Item => JSON.parse(text))
  );
}

/** Items of a page of a conversation; the store gives no more at once. */
const PAGE = 100;

function conversationItems(id: string, owner: string, { conversations }: Store): Item[] {
  const items: Item[] = [];
  let bytes = 0;
  let after: string | undefined;
  for (;;) {
    const query = { limit: PAGE, order: "asc" as const, ...(after !== undefined && { after }) };
    const page = conversations.page(id, owner, query);
    if (page === null || page === "unknown cursor") throw conversationNotFound();
    for (const { text } of page.items) {
      bytes += text.length;
      items.push(JSON.parse(text));
    }
    if (bytes > BOUNDS.bytes) throw tooLong("conversation");
    after = page.items.at(-1)?.id;
    if (!page.hasMore || after === undefined) return items;
  }
}

export function conversationNotFound(): ApiError {
  return new ApiError("Cannot find the conversation: there is none of that id.", {
    status: 404,
    type: "invalid_request_error",
    code: "conversation_not_found",
    param: "conversation",
  });
}

/** Keeps a finished answer with its input, and adds both to its conversation. */
export function keepTurn(response: ResponseObject, turn: Turn, store: Store): void {
  const input = putTurn(response, turn, store);
  addToConversation(response, turn, input, store);
}

/** Keeps the beginning of a response that runs by itself. */
export function beginTurn(response: ResponseObject, turn: Turn, store: Store): void {
  putTurn(response, turn, store);
}

/** Keeps the end of what `beginTurn` began. */
export function endTurn(response: ResponseObject, turn: Turn, store: Store): void {
  const { id, status } = response;
  if (!store.responses.replace(id, { status, text: JSON.stringify(response) })) return;
  addToConversation(response, turn, keptInput(turn.request.input, inputIds(id)), store);
}

/** What only a connection remembers becomes part of the input: the store could not find it again. */
function putTurn(response: ResponseObject, { request, place }: Turn, store: Store): KeptItem[] {
  const { owner, earlier, remembered, conversationId } = place;
  const previousId = remembered ? null : place.previousId;
  const { id, model, status, background, created_at: createdAt } = response;
  const ids = inputIds(id);
  const own = keptInput(request.input, ids);
  const input = remembered ? keptInput([...earlier, ...own.map(itemOf)], ids) : own;
  const text = JSON.stringify(response);
  store.responses.put({
    ...{ id, owner, createdAt, model, status, previousId, conversationId, background, text },
    input,
  });
  return input;
}

function addToConversation(
  response: ResponseObject,
  { place: { conversationId, owner } }: Turn,
  input: readonly KeptItem[],
  store: Store,
): void {
  if (conversationId === null) return;
  const output = response.output.map((item) => ({ id: item.id, text: JSON.stringify(item) }));
  store.conversations.append(conversationId, owner, [...input, ...output]);
}

/** Remembers a finished answer and what counts before it, on its connection alone. */
export function rememberTurn(
  response: ResponseObject,
  { request, place }: Turn,
  { memory, unseal }: { memory: SocketMemory; unseal: TranslateOptions["unseal"] },
): void {
  const input = keptInput(request.input, newId).map(itemOf);
  const output: Item[] = JSON.parse(JSON.stringify(response.output));
  memory.remember(response.id, standingItems([...place.earlier, ...input, ...output], unseal));
}

function itemOf({ text }: { text: string }): Item {
  return JSON.parse(text);
}
