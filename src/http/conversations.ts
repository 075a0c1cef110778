/** `/v1/conversations` and their items. */
import {
  conversationChange,
  conversationCreation,
  conversationItems,
  parseBody,
} from "../protocol/conversations.ts";
import { ApiError, invalidRequest } from "../protocol/error.ts";
import type { Item } from "../protocol/responses/history/items.ts";
import { keptInput, type KeptItem } from "../protocol/responses/kept_input.ts";
import type { Conversation, Page } from "../store/store.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { newId, seconds } from "./ids.ts";
import { isKeepable } from "./keeping.ts";
import { ownerOf } from "./owner.ts";
import { pageBody, pageQuery } from "./pages.ts";
import { resolved } from "./references.ts";
import { conversationNotFound } from "./turns.ts";

/** `POST /v1/conversations`. */
export async function createConversation(c: Context, services: Services): Promise<Response> {
  const { json, size } = await bodyOf(c, services);
  const { metadata, items } = parseBody(json, conversationCreation);
  const conversation: Conversation = {
    id: newId("conv"),
    owner: owner(c, services),
    createdAt: seconds(),
    metadata: JSON.stringify(metadata ?? {}),
  };
  services.store.conversations.create(
    conversation,
    newItems({ items: items ?? [], size }, conversation, services),
  );
  return c.json(shown(conversation));
}

/** `GET /v1/conversations/{id}`. */
export function getConversation(c: Context, services: Services): Response {
  return c.json(shown(found(c, services)));
}

/** `POST /v1/conversations/{id}`: new metadata. */
export async function updateConversation(c: Context, services: Services): Promise<Response> {
  const { metadata } = parseBody((await bodyOf(c, services)).json, conversationChange);
  const { id, owner, ...rest } = found(c, services);
  const text = JSON.stringify(metadata ?? {});
  if (!services.store.conversations.update(id, owner, text)) throw conversationNotFound();
  return c.json(shown({ ...rest, id, owner, metadata: text }));
}

/** `DELETE /v1/conversations/{id}`; its responses stay. */
export function deleteConversation(c: Context, services: Services): Response {
  const id = c.req.param("id") ?? "";
  const gone = services.store.conversations.delete(id, owner(c, services));
  if (!gone) throw conversationNotFound();
  return c.json({ id, object: "conversation.deleted", deleted: true });
}

/** `GET /v1/conversations/{id}/items`. */
export function listItems(c: Context, services: Services): Response {
  const { id, owner } = found(c, services);
  const page = services.store.conversations.page(id, owner, pageQuery(c, "desc"));
  return json(c, pageBody(page ?? EMPTY));
}

const EMPTY: Page = { items: [], hasMore: false };

/** `POST /v1/conversations/{id}/items`. */
export async function addItems(c: Context, services: Services): Promise<Response> {
  const { json: body, size } = await bodyOf(c, services);
  const { items } = parseBody(body, conversationItems);
  const conversation = found(c, services);
  const { id, owner } = conversation;
  const kept = newItems({ items, size }, conversation, services);
  if (!services.store.conversations.append(id, owner, kept)) throw conversationNotFound();
  return json(c, pageBody({ items: kept, hasMore: false }));
}

/** Items as they are kept; those that are named by their ids are copied. */
function newItems(
  { items, size }: { items: readonly Item[]; size: number },
  { owner }: Conversation,
  { store }: Services,
): KeptItem[] {
  const { items: all, added } = resolved(items, "items", { store, owner, near: [] });
  if (isKeepable(size + added)) return keptInput(all, newId);
  const reason = "a request of more than 8 MiB, with the items that it names, is not kept";
  throw invalidRequest(`Cannot keep the items: ${reason}.`, "items");
}

/** `GET /v1/conversations/{id}/items/{item}`. */
export function getItem(c: Context, services: Services): Response {
  const { id, owner } = found(c, services);
  const item = services.store.conversations.item(id, owner, c.req.param("item") ?? "");
  if (item === null) throw itemNotFound();
  return json(c, item.text);
}

/** `DELETE /v1/conversations/{id}/items/{item}`; gives the conversation. */
export function deleteItem(c: Context, services: Services): Response {
  const conversation = found(c, services);
  const { id, owner } = conversation;
  const gone = services.store.conversations.deleteItem(id, owner, c.req.param("item") ?? "");
  if (!gone) throw itemNotFound();
  return c.json(shown(conversation));
}

function owner(c: Context, { config }: Services): string {
  return ownerOf(c.req.raw.headers, config);
}

function found(c: Context, services: Services): Conversation {
  const id = c.req.param("id") ?? "";
  const conversation = services.store.conversations.get(id, owner(c, services));
  if (conversation === null) throw conversationNotFound();
  return conversation;
}

function shown({ id, createdAt, metadata }: Conversation) {
  return { id, object: "conversation", created_at: createdAt, metadata: JSON.parse(metadata) };
}

function json(c: Context, text: string): Response {
  return c.body(text, 200, { "content-type": "application/json" });
}

function itemNotFound(): ApiError {
  return new ApiError("Cannot find the item: the conversation has none of that id.", {
    status: 404,
    type: "invalid_request_error",
    code: "item_not_found",
  });
}

/** The decoded body and its bytes; none is an empty object. */
async function bodyOf(
  c: Context,
  { config }: Services,
): Promise<{ json: unknown; size: number }> {
  if (c.req.raw.body === null) return { json: {}, size: 0 };
  const { json, bytes } = await readJson(c.req.raw, config.limits);
  return { json, size: bytes.length };
}
