/**
 * What a request that goes on from earlier turns must keep to. Requests that bring their whole
 * history are treated more kindly: agents repair theirs themselves.
 */
import { invalidRequest } from "../error.ts";
import { isKnown, type Item } from "./history/items.ts";

/**
 * Refuses an output whose call is neither in the earlier turns nor in the input.
 *
 * @throws {ApiError} 400 naming the item
 */
export function checkOutputs(earlier: readonly Item[], input: readonly Item[]): void {
  const calls = new Set<unknown>();
  for (const item of earlier) addCall(calls, item);
  for (const [i, item] of input.entries()) {
    addCall(calls, item);
    if (!isKnown(item) || !item.type.endsWith("_output") || !("call_id" in item)) continue;
    if (calls.has(item.call_id)) continue;
    const param = `input[${i}].call_id`;
    throw invalidRequest(
      "Cannot use a tool's output: the conversation has no call with that call_id",
      param,
    );
  }
}

function addCall(calls: Set<unknown>, item: Item): void {
  if (isKnown(item) && item.type.endsWith("_call") && "call_id" in item) calls.add(item.call_id);
}
