import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StoreError } from "../../src/store/store_error.ts";
import { ANN, item, items, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

/** Also lone surrogates, NUL, quotes and words of SQL. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\0", "\ud800", "\udfff", "'", '"', ";", "%", "_", "🦙") }),
  fc.constantFrom("' OR 1=1 --", "resp_1\0", "Resp_1", "resp_1 ", "NULL", ":id", "?1", "\ufeff"),
);

export function hostileContract(test: Test, open: OpenStore): void {
  test("ids and owners of any kind are found again, and nothing by others", () => {
    using store = open();
    store.responses.put(response("resp_1"));
    store.conversations.create(
      { id: "conv_1", owner: ANN, createdAt: 1, metadata: "{}" },
      items(1),
    );
    const page = { limit: 10, order: "asc" } as const;
    fc.assert(fc.property(anyText, anyText, (one, other) => {
      fc.pre(![one, other].includes(ANN));
      assertEquals(store.responses.get(one, ANN), null);
      assertEquals(store.responses.get("resp_1", one), null);
      assertEquals(store.responses.history(one, ANN, { turns: 9, bytes: 999 }), null);
      assertEquals(store.responses.delete(one, other), false);
      assertEquals(store.events.read(one, other, 0, 9), null);
      assertEquals(store.conversations.get(one, ANN), null);
      assertEquals(store.conversations.item("conv_1", ANN, one), null);
      assertEquals(store.conversations.deleteItem("conv_1", ANN, one), false);
      for (const query of [{ ...page, after: one }, { ...page, before: one }]) {
        assertEquals(store.responses.page("resp_1", ANN, query), "unknown cursor");
        assertEquals(store.conversations.page("conv_1", ANN, query), "unknown cursor");
      }
    }));
    fc.assert(
      fc.property(anyText, anyText, (id, owner) => {
        if (!store.responses.get(id, owner)) {
          store.responses.put(response(id, { owner, text: "7" }));
        }
        assertEquals(store.responses.get(id, owner)?.text, "7");
        assertEquals(store.responses.delete(id, owner), true);
        while (store.sweep());
      }),
      { numRuns: 50 },
    );
  });

  test("JSON comes back byte for byte, whatever it says", () => {
    using store = open();
    let count = 0;
    const json = fc.oneof(
      fc.json({ stringUnit: "binary" }),
      anyText.map((text) => JSON.stringify(text)),
    );
    fc.assert(fc.property(json, (text) => {
      const id = `x_${count++}`;
      store.responses.put(response(id, { text, input: [{ id: "a", text }] }));
      assertEquals(store.responses.get(id, ANN)?.text, text);
      const page = store.responses.page(id, ANN, { limit: 1, order: "asc" });
      assertEquals(page, { items: [{ id: "a", text }], hasMore: false });
      store.conversations.create({ id, owner: ANN, createdAt: 1, metadata: text }, [{
        id: "a",
        text,
      }]);
      assertEquals(store.conversations.get(id, ANN)?.metadata, text);
      assertEquals(store.conversations.item(id, ANN, "a")?.text, text);
      store.events.append(id, [{ first: 0, last: 0, text: `data: ${text}\n\n` }]);
      assertEquals(store.events.read(id, ANN, 0, 9)?.[0]?.text, `data: ${text}\n\n`);
    }));
    const escaped = '{"a":"\\u0000\\ud800","b":1.0,"a":"\\/é🦙"}';
    store.responses.put(response("escaped", { text: escaped }));
    assertEquals(store.responses.get("escaped", ANN)?.text, escaped);
  });

  test("lone surrogates and NUL that stand there raw come back as what they mean", () => {
    using store = open();
    store.responses.put(response("resp_1", { text: '{"a":"\ud83e-\udd99-\0-🦙"}' }));
    const { text } = store.responses.get("resp_1", ANN) ?? {};
    assertEquals(text, '{"a":"\\ud83e-\\udd99-\\u0000-🦙"}');
    assertEquals(JSON.parse(text ?? ""), { a: "\ud83e-\udd99-\0-🦙" });
  });

  test("a text of 64 MB is kept, read, counted and taken away", () => {
    using store = open({ bounds: { bytes: 100_000_000 } });
    const text = JSON.stringify({ output: [{ text: "x".repeat(64 * 1024 * 1024) }] });
    store.responses.put(response("resp_1", { text }));
    assert(store.responses.get("resp_1", ANN)?.text === text);
    const bounds = { turns: 5, bytes: 10_000_000 };
    assertEquals(store.responses.history("resp_1", ANN, bounds), "too long");
    store.responses.put(response("resp_2", { text: '{"output":[]}', input: [{ id: "a", text }] }));
    while (store.sweep());
    assertEquals(store.responses.get("resp_1", ANN), null);
    const page = store.responses.page("resp_2", ANN, { limit: 5, order: "desc" });
    assert(page !== null && page !== "unknown cursor" && page.items[0]?.text === text);
  });

  test("after `close()` every verb says so", () => {
    using store = open();
    store.responses.put(response("resp_1"));
    store.close();
    const page = { limit: 1, order: "asc" } as const;
    const verbs: (() => unknown)[] = [
      () => store.responses.put(response("resp_2")),
      () => store.responses.get("resp_1", ANN),
      () => store.responses.page("resp_1", ANN, page),
      () => store.items(["a"], ANN, 9),
      () => store.events.append("resp_1", []),
      () => store.conversations.append("conv_1", ANN, [item("a")]),
      () => store.usage.recent(1),
      () => store.sweep(),
    ];
    for (const verb of verbs) assertThrows(verb, StoreError, "Cannot use");
  });
}
