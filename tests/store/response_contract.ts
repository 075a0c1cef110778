import { assertEquals, assertThrows } from "@std/assert";
import { StoreError } from "../../src/store/store_error.ts";
import { ANN, BOB, ids, item, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

const WIDE = { turns: 100, bytes: 1_000_000 };

export function responseContract(test: Test, open: OpenStore): void {
  test("`get()` gives what `put()` was given, to its owner alone", () => {
    using store = open();
    const one = response("resp_1", { previousId: "resp_0", conversationId: "conv_1" });
    store.responses.put(one);
    const { input: _, ...kept } = one;
    assertEquals(store.responses.get("resp_1", ANN), kept);
    assertEquals(store.responses.get("resp_1", BOB), null);
    assertEquals(store.responses.get("resp_1", ""), null);
    assertEquals(store.responses.get("resp_2", ANN), null);
  });

  test("`put()` keeps the first of two with the same id", () => {
    using store = open();
    store.responses.put(response("resp_1"));
    const again = response("resp_1", { owner: BOB, text: "{}" });
    assertThrows(() => store.responses.put(again), StoreError, "Cannot keep resp_1");
    assertEquals(store.responses.get("resp_1", ANN)?.text, response("resp_1").text);
  });

  test("`replace()` carries a background response to its end", () => {
    using store = open();
    store.responses.put(response("resp_1", { status: "queued", background: true }));
    for (const status of ["in_progress", "completed"] as const) {
      assertEquals(store.responses.replace("resp_1", { status, text: `{"s":"${status}"}` }), true);
      const { status: now, text, background } = store.responses.get("resp_1", ANN) ?? {};
      assertEquals([now, text, background], [status, `{"s":"${status}"}`, true]);
    }
    assertEquals(store.responses.replace("resp_2", { status: "failed", text: "{}" }), false);
  });

  test("`delete()` takes a response of one's own away for good", () => {
    using store = open();
    store.responses.put(response("resp_1"));
    assertEquals(store.responses.delete("resp_1", BOB), false);
    assertEquals(store.responses.delete("resp_1", ANN), true);
    assertEquals(store.responses.delete("resp_1", ANN), false);
    assertEquals(store.responses.get("resp_1", ANN), null);
    assertEquals(store.responses.page("resp_1", ANN, { limit: 9, order: "asc" }), null);
    assertEquals(store.responses.history("resp_1", ANN, WIDE), null);
    assertEquals(store.responses.replace("resp_1", { status: "completed", text: "{}" }), false);
    while (store.sweep());
    assertEquals(store.responses.get("resp_1", ANN), null);
  });

  historyContract(test, open);

  test("`failUnfinished()` ends what an earlier process left, and nothing else", () => {
    using store = open();
    store.responses.put(response("resp_1"));
    store.responses.put(response("resp_2", { status: "queued", background: true }));
    store.responses.put(
      response("resp_3", { status: "in_progress", background: true, owner: BOB }),
    );
    store.responses.put(response("resp_4", { status: "in_progress", background: true }));
    store.responses.delete("resp_4", ANN);
    const edit = (text: string) => JSON.stringify({ ...JSON.parse(text), status: "failed" });
    assertEquals(store.responses.failUnfinished(edit), ["resp_2", "resp_3"]);
    const failed = store.responses.get("resp_3", BOB);
    assertEquals([failed?.status, JSON.parse(failed?.text ?? "").status], ["failed", "failed"]);
    assertEquals(JSON.parse(failed?.text ?? "").id, "resp_3");
    assertEquals(store.responses.get("resp_1", ANN)?.status, "completed");
    assertEquals(store.responses.failUnfinished(edit), []);
  });

  test("`failUnfinished()` changes nothing when the edit fails", () => {
    using store = open();
    store.responses.put(response("resp_1", { status: "queued", background: true }));
    store.responses.put(response("resp_2", { status: "queued", background: true, text: "{" }));
    assertThrows(() => store.responses.failUnfinished((text) => JSON.stringify(JSON.parse(text))));
    assertEquals(store.responses.get("resp_1", ANN)?.status, "queued");
  });
}

function historyContract(test: Test, open: OpenStore): void {
  test("`history()` gives all turns, oldest first", () => {
    using store = open();
    store.responses.put(response("resp_1", { input: [item("a"), item("b")] }));
    const text = JSON.stringify({ output: [{ n: 1 }, { n: 2 }] });
    store.responses.put(response("resp_2", { previousId: "resp_1", text }));
    store.responses.put(response("resp_3", { previousId: "resp_2", input: [], text: "{}" }));
    assertEquals(store.responses.history("resp_3", ANN, WIDE), [
      { id: "resp_1", input: [item("a"), item("b")], output: ['{"id":"out_resp_1"}'] },
      { id: "resp_2", input: [item("in_resp_2")], output: ['{"n":1}', '{"n":2}'] },
      { id: "resp_3", input: [], output: [] },
    ]);
    assertEquals(store.responses.history("resp_1", ANN, WIDE)?.length, 1);
    for (const [at, text] of ["null", "7", "[]", '{"output":"x"}'].entries()) {
      store.responses.put(response(`odd_${at}`, { text, input: [] }));
      const odd = [{ id: `odd_${at}`, input: [], output: [] }];
      assertEquals(store.responses.history(`odd_${at}`, ANN, WIDE), odd);
    }
  });

  test("`history()` is null where a link is missing or another's", () => {
    using store = open();
    store.responses.put(response("resp_1", { owner: BOB }));
    store.responses.put(response("resp_2", { previousId: "resp_1" }));
    store.responses.put(response("resp_3", { previousId: "resp_0" }));
    store.responses.put(response("resp_4"));
    store.responses.put(response("resp_5", { previousId: "resp_4" }));
    for (const id of ["resp_0", "resp_1", "resp_2", "resp_3"]) {
      assertEquals(store.responses.history(id, ANN, WIDE), null, id);
    }
    const found = store.responses.history("resp_5", ANN, WIDE);
    assertEquals(found !== "too long" && ids(found ?? undefined), ["resp_4", "resp_5"]);
    store.responses.delete("resp_4", ANN);
    assertEquals(store.responses.history("resp_5", ANN, WIDE), null);
  });

  test("`history()` is bounded in turns and in bytes, and ends in a circle", () => {
    using store = open();
    for (let turn = 1; turn <= 20; turn++) {
      const previousId = turn > 1 ? `resp_${turn - 1}` : null;
      const text = JSON.stringify({ text: "é".repeat(500) });
      store.responses.put(response(`resp_${turn}`, { previousId, text, input: [] }));
    }
    const history = (turns: number, bytes: number) => {
      const found = store.responses.history("resp_20", ANN, { turns, bytes });
      return typeof found === "string" ? found : found?.length;
    };
    assertEquals(history(20, 1_000_000), 20);
    assertEquals(history(19, 1_000_000), "too long");
    assertEquals(history(20, 19_000), "too long");
    store.responses.put(response("resp_a", { previousId: "resp_b" }));
    store.responses.put(response("resp_b", { previousId: "resp_a" }));
    assertEquals(store.responses.history("resp_a", ANN, WIDE), "too long");
  });
}
