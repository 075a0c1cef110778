import { assertEquals, assertThrows } from "@std/assert";
import { StoreError } from "../../src/store/store_error.ts";
import type { Store } from "../../src/store/store.ts";
import { ANN, BOB, ids, item, items, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

const CONVERSATION = { id: "conv_1", owner: ANN, createdAt: 1_000, metadata: '{"topic":"é"}' };

function all(store: Store, id = "conv_1"): string[] | undefined {
  const page = store.conversations.page(id, ANN, { limit: 100, order: "asc" });
  return page !== null && page !== "unknown cursor" ? ids(page.items) : undefined;
}

export function conversationContract(test: Test, open: OpenStore): void {
  test("a conversation is kept with its items, for its owner alone", () => {
    using store = open();
    store.conversations.create(CONVERSATION, items(20));
    assertEquals(store.conversations.get("conv_1", ANN), CONVERSATION);
    assertEquals(all(store), ids(items(20)));
    assertEquals(store.conversations.item("conv_1", ANN, "i7"), item("i7"));
    assertEquals(store.conversations.item("conv_1", ANN, "i99"), null);
    assertThrows(() => store.conversations.create(CONVERSATION, []), StoreError, "Cannot keep");
    for (const [id, owner] of [["conv_1", BOB], ["conv_2", ANN]] as const) {
      assertEquals(store.conversations.get(id, owner), null);
      assertEquals(store.conversations.item(id, owner, "i7"), null);
      assertEquals(store.conversations.update(id, owner, "{}"), false);
      assertEquals(store.conversations.append(id, owner, [item("x")]), false);
      assertEquals(store.conversations.deleteItem(id, owner, "i7"), false);
      assertEquals(store.conversations.delete(id, owner), false);
    }
    assertEquals(all(store), ids(items(20)));
  });

  test("`update()` replaces the metadata", () => {
    using store = open();
    store.conversations.create(CONVERSATION, []);
    assertEquals(store.conversations.update("conv_1", ANN, '{"a":"b"}'), true);
    assertEquals(store.conversations.get("conv_1", ANN)?.metadata, '{"a":"b"}');
  });

  test("`append()` and `deleteItem()` keep the order of the rest", () => {
    using store = open();
    store.conversations.create(CONVERSATION, items(3));
    store.conversations.create({ ...CONVERSATION, id: "conv_2" }, items(2));
    assertEquals(store.conversations.append("conv_1", ANN, [item("x"), item("y")]), true);
    assertEquals(store.conversations.deleteItem("conv_1", ANN, "i1"), true);
    assertEquals(store.conversations.deleteItem("conv_1", ANN, "i1"), false);
    assertEquals(store.conversations.deleteItem("conv_1", ANN, "y"), true);
    store.conversations.append("conv_1", ANN, [item("z")]);
    assertEquals(all(store), ["i0", "i2", "x", "z"]);
    assertEquals(all(store, "conv_2"), ["i0", "i1"]);
  });

  test("`delete()` takes a conversation away and leaves its responses", () => {
    using store = open();
    store.conversations.create(CONVERSATION, items(3));
    store.responses.put(response("resp_1", { conversationId: "conv_1" }));
    assertEquals(store.conversations.delete("conv_1", ANN), true);
    assertEquals(store.conversations.delete("conv_1", ANN), false);
    assertEquals(store.conversations.get("conv_1", ANN), null);
    assertEquals(store.conversations.item("conv_1", ANN, "i0"), null);
    assertEquals(all(store), undefined);
    while (store.sweep());
    assertEquals(store.responses.get("resp_1", ANN)?.conversationId, "conv_1");
    store.conversations.create(CONVERSATION, []);
    assertEquals(all(store), []);
  });
}
