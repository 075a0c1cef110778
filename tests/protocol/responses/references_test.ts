import { assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "../../../src/protocol/error.ts";
import type { Item } from "../../../src/protocol/responses/history/items.ts";
import { isReference, referredIds, withItems } from "../../../src/protocol/responses/references.ts";

const items = (...values: unknown[]) => values as Item[];
const reference = (id: unknown) => ({ type: "item_reference", id });
const message = { type: "message", id: "msg_1", role: "user", content: "x" };

Deno.test("isReference() knows a reference with and without its type", () => {
  const cases: [unknown, boolean][] = [
    [reference("a"), true],
    [{ type: "item_reference" }, true],
    [{ id: "a" }, true],
    [{ id: "a", type: null }, true],
    [{ id: "a", role: "user", content: "x" }, false],
    [message, false],
    [{ type: "brand_new", id: "a" }, false],
    [{}, false],
  ];
  for (const [item, is] of cases) assertEquals(isReference(item as Item), is, JSON.stringify(item));
});

Deno.test("withItems() keeps the order, and everything that is no reference", () => {
  const list = items({ id: "b" }, message, reference("a"), reference("b"));
  assertEquals(referredIds(list, "input"), ["b", "a", "b"]);
  const find = (id: string) => ({ type: "message", role: "user", content: id }) as Item;
  assertEquals(withItems(list, find, "input"), [find("b"), message, find("a"), find("b")]);
  assertEquals(withItems([], find, "input"), []);
});

Deno.test("withItems() refuses what is not found or leads to no item, and says what to do", () => {
  for (const found of [null, reference("a"), { id: "b" }]) {
    const find = () => found as Item | null;
    const error = assertThrows(
      () => withItems(items(message, reference("a")), find, "input"),
      ApiError,
      "none of that id is kept. Send the item itself",
    );
    assertEquals([error.code, error.param], ["item_not_found", "input[1].id"]);
  }
});

Deno.test("referredIds() refuses an id that is no text", () => {
  for (const id of [undefined, null, 7, ["a"]]) {
    const error = assertThrows(() => referredIds(items(message, reference(id)), "input"), ApiError);
    assertEquals([error.message, error.param], [
      ...["Cannot read input[1].id: expected string", "input[1].id"],
    ]);
  }
});
