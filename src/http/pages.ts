/** Lists that are read page by page, in OpenAI's manner. */
import { invalidRequest } from "../protocol/error.ts";
import type { Page, PageQuery } from "../store/store.ts";
import type { Context } from "./context.ts";

const LIMIT = 20;
const MOST = 100;

/** `limit`, `order`, `after` and `before` of a request; throws ApiError 400. */
export function pageQuery(c: Context, otherwise: "asc" | "desc"): PageQuery {
  const { limit = `${LIMIT}`, order = otherwise, after, before } = c.req.query();
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST) {
    throw invalidRequest(`Cannot list: limit is a number from 1 to ${MOST}`, "limit");
  }
  if (order !== "asc" && order !== "desc") {
    throw invalidRequest("Cannot list: order is asc or desc", "order");
  }
  return {
    limit: Number(limit),
    order,
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
  };
}

/** JSON of a page; throws ApiError 400 for a cursor that leads nowhere. */
export function pageBody(page: Page | "unknown cursor"): string {
  if (page === "unknown cursor") {
    throw invalidRequest("Cannot list: there is no item of that id to go on from", "after");
  }
  const { items, hasMore } = page;
  const id = (item: { id: string } | undefined) => JSON.stringify(item?.id ?? null);
  const data = items.map(({ text }) => text).join(",");
  return `{"object":"list","data":[${data}],"first_id":${id(items[0])},` +
    `"last_id":${id(items.at(-1))},"has_more":${hasMore}}`;
}
