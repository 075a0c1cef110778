/** Things to keep. */
import type { Item, NewResponse, UsageRow } from "../../src/store/store.ts";

export const ANN = "ann";
export const BOB = "bob";

/** A finished response of Ann's with one item in and one out. */
export function response(id: string, more: Partial<NewResponse> = {}): NewResponse {
  return {
    id,
    owner: ANN,
    createdAt: 1_000,
    model: "tiny",
    status: "completed",
    previousId: null,
    conversationId: null,
    background: false,
    text: JSON.stringify({ id, output: [{ id: `out_${id}` }] }),
    input: [item(`in_${id}`)],
    ...more,
  };
}

/** An item with a text of its own. */
export function item(id: string): Item {
  return { id, text: JSON.stringify({ id, type: "message" }) };
}

/** `i0`, `i1`, … */
export function items(count: number): Item[] {
  return Array.from({ length: count }, (_, at) => item(`i${at}`));
}

export function ids(list: readonly { id: string }[] | undefined): string[] | undefined {
  return list?.map(({ id }) => id);
}

export function usage(more: Partial<UsageRow> = {}): UsageRow {
  return {
    at: 5_000,
    requestId: "req_1",
    route: "POST /v1/responses",
    model: "tiny",
    owner: ANN,
    status: 200,
    outcome: "complete",
    inputTokens: 100,
    cachedTokens: 90,
    outputTokens: 10,
    firstEventMs: 50,
    totalMs: 500,
    ...more,
  };
}
