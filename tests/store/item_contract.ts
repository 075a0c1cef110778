import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { inputIds } from "../../src/store/input_ids.ts";
import type { Store } from "../../src/store/store.ts";
import { ANN, BOB, item, items, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

const PLENTY = 1_000_000;

/** The texts of items, or null for what is not there. */
function texts(store: Store, ids: readonly string[], owner = ANN): unknown {
  const found = store.items(ids, owner, PLENTY);
  return found === "too much" ? found : found.map((each) => each && each.text);
}

/** A response object with one item. */
function saying(id: string, said = "x"): string {
  return JSON.stringify({ output: [{ id, said }] });
}

const CONVERSATION = { id: "conv_1", owner: ANN, createdAt: 1_000, metadata: "{}" };

export function itemContract(test: Test, open: OpenStore): void {
  test("`items()` finds outputs, named inputs and items of conversations, in the order asked for", () => {
    using store = open();
    const newId = inputIds("resp_1");
    const own = [item(newId("msg")), item(newId("fco"))];
    store.responses.put(response("resp_1", { input: own }));
    store.conversations.create(CONVERSATION, items(3));
    const ids = ["i2", own[1]?.id ?? "", "none", "out_resp_1", own[0]?.id ?? "", "i2"];
    assertEquals(store.items(ids, ANN, PLENTY), [
      ...[item("i2"), own[1] ?? null, null, { id: "out_resp_1", text: '{"id":"out_resp_1"}' }],
      ...[own[0] ?? null, item("i2")],
    ]);
    assertEquals(texts(store, ids, BOB), ids.map(() => null));
    assertEquals(store.items([], ANN, PLENTY), []);
  });

  test("`items()` finds nothing in what was deleted", () => {
    using store = open();
    const id = inputIds("resp_1")("msg");
    store.responses.put(response("resp_1", { input: [item(id)] }));
    store.conversations.create(CONVERSATION, items(3));
    store.conversations.deleteItem("conv_1", ANN, "i1");
    assertEquals(texts(store, ["i1"]), [null]);
    store.responses.delete("resp_1", ANN);
    store.conversations.delete("conv_1", ANN);
    const ids = ["out_resp_1", id, "i0"];
    assertEquals(texts(store, ids), [null, null, null]);
    while (store.sweep());
    assertEquals(texts(store, ids), [null, null, null]);
  });

  test("`items()` finds nothing in what was swept, and the rest", () => {
    using store = open({ bounds: { count: 2 } });
    for (let at = 0; at < 4; at++) store.responses.put(response(`resp_${at}`, { createdAt: at }));
    while (store.sweep());
    assertEquals(texts(store, ["out_resp_0", "out_resp_1", "out_resp_2", "out_resp_3"]), [
      ...[null, null, '{"id":"out_resp_2"}', '{"id":"out_resp_3"}'],
    ]);
  });

  test("`items()` follows a response from state to state", () => {
    using store = open();
    const begun = { status: "queued", background: true, text: saying("a") } as const;
    store.responses.put(response("resp_1", begun));
    store.responses.put(response("resp_2", { ...begun, text: saying("c") }));
    store.responses.replace("resp_1", { status: "completed", text: saying("b") });
    assertEquals(texts(store, ["a", "b"]), [null, '{"id":"b","said":"x"}']);
    store.responses.failUnfinished(() => saying("d"));
    assertEquals(texts(store, ["b", "c", "d"]), [
      ...['{"id":"b","said":"x"}', null, '{"id":"d","said":"x"}'],
    ]);
    store.responses.replace("resp_2", { status: "completed", text: "7" });
    assertEquals(texts(store, ["d"]), [null]);
  });

  test("`items()` gives the newest of an owner's twins", () => {
    using store = open();
    store.responses.put(response("resp_1", { text: saying("a", "old") }));
    store.responses.put(response("resp_2", { text: saying("a", "new") }));
    store.responses.put(response("resp_3", { text: saying("a", "Bob's"), owner: BOB }));
    for (const [at, owner] of [ANN, ANN, BOB].entries()) {
      const twin = { id: "b", text: `"${at}"` };
      store.conversations.create({ ...CONVERSATION, id: `conv_${at}`, owner }, [twin]);
    }
    assertEquals(texts(store, ["a", "b"]), ['{"id":"a","said":"new"}', '"1"']);
    assertEquals(texts(store, ["a", "b"], BOB), ['{"id":"a","said":"Bob\'s"}', '"2"']);
    store.responses.delete("resp_2", ANN);
    store.conversations.delete("conv_1", ANN);
    assertEquals(texts(store, ["a", "b"]), ['{"id":"a","said":"old"}', '"0"']);
  });

  test("`items()` finds an owner's item behind any number of another's twins", () => {
    using store = open();
    const twin = { id: "b", text: '"own"' };
    store.responses.put(response("resp_own", { text: saying("a", "own") }));
    store.conversations.create(CONVERSATION, [twin]);
    for (let at = 0; at < 150; at++) {
      store.responses.put(response(`resp_${at}`, { text: saying("a", "Bob's"), owner: BOB }));
    }
    const others = Array.from({ length: 150 }, () => ({ id: "b", text: '"Bob\'s"' }));
    store.conversations.create({ ...CONVERSATION, id: "conv_2", owner: BOB }, others);
    assertEquals(texts(store, ["a", "b"]), ['{"id":"a","said":"own"}', '"own"']);
  });

  boundContract(test, open);
}

function boundContract(test: Test, open: OpenStore): void {
  test("`items()` is bounded in the bytes of the texts that it reads, each counted once", () => {
    using store = open();
    const output = ["a", "b"].map((id) => ({ id, text: "é".repeat(1_000) }));
    const text = JSON.stringify({ output });
    store.responses.put(response("resp_1", { text }));
    const bytes = new TextEncoder().encode(text).length;
    assertEquals(store.items(["a", "b", "a"], ANN, bytes)?.length, 3);
    assertEquals(store.items(["a"], ANN, bytes - 1), "too much");
    assertEquals(store.items(["c"], ANN, 0), [null]);
  });

  test("`items()` finds ids of any kind, and nothing of another", () => {
    using store = open();
    let count = 0;
    const odd = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("\0", "\ud800", "'", '"', "\\", "%", "_", "🦙") }),
      fc.constantFrom("' OR 1=1 --", "NULL", "?1", "msg_000000", "resp_1", "\ufeff"),
    );
    fc.assert(fc.property(odd, (id) => {
      assertEquals(texts(store, [id]), [null]);
      const name = `resp_${count++}`;
      store.responses.put(response(name, { text: JSON.stringify({ output: [{ id }] }) }));
      assertEquals(texts(store, [id, `${id} `]), [JSON.stringify({ id }), null]);
      assertEquals(texts(store, [id], BOB), [null]);
      store.responses.delete(name, ANN);
    }));
    for (const output of ["x", 7, null, {}, [null, 7, "a", {}, { id: 7 }, { id: null }, []]]) {
      store.responses.put(response(`odd_${count++}`, { text: JSON.stringify({ output }) }));
    }
    assertEquals(texts(store, ["", "7", "a", "null"]), [null, null, null, null]);
  });
}
