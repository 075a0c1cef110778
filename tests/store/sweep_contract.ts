import { assert, assertEquals } from "@std/assert";
import type { Store } from "../../src/store/store.ts";
import { ANN, ids, items, response, usage } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

function left(store: Store, count: number): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  return all.filter((at) => store.responses.get(`resp_${at}`, ANN) !== null);
}

export function sweepContract(test: Test, open: OpenStore): void {
  test("`sweep()` takes away what is too old", () => {
    let now = 1_000;
    using store = open({ bounds: { age: 100 }, now: () => now });
    for (let at = 0; at < 5; at++) {
      store.responses.put(response(`resp_${at}`, { createdAt: 1_000 + at }));
    }
    store.sweep();
    assertEquals(left(store, 5), [0, 1, 2, 3, 4]);
    now = 1_102;
    while (store.sweep());
    assertEquals(left(store, 5), [2, 3, 4]);
  });

  test("`sweep()` takes the oldest away where there are too many", () => {
    using store = open({ bounds: { count: 2 } });
    for (let at = 0; at < 5; at++) {
      store.responses.put(response(`resp_${at}`, { createdAt: 10 - at }));
    }
    while (store.sweep());
    assertEquals(left(store, 5), [0, 1]);
  });

  test("`sweep()` counts bytes of objects, input and events, as they stand", () => {
    using store = open({ bounds: { bytes: 50_000 } });
    const text = JSON.stringify({ text: "x".repeat(9_900) });
    for (let at = 0; at < 4; at++) store.responses.put(response(`resp_${at}`, { text }));
    while (store.sweep());
    assertEquals(left(store, 4), [0, 1, 2, 3]);
    store.events.append("resp_3", [{ first: 0, last: 1, text: "y".repeat(15_000) }]);
    while (store.sweep());
    assertEquals(left(store, 4), [1, 2, 3]);
    store.responses.replace("resp_2", {
      status: "completed",
      text: JSON.stringify("é".repeat(9_000)),
    });
    while (store.sweep());
    assertEquals(left(store, 4), [2, 3]);
    const input = [{ id: "a", text: JSON.stringify("z".repeat(20_000)) }];
    store.responses.put(response("resp_4", { input, text: "{}" }));
    while (store.sweep());
    assertEquals(left(store, 5), [3, 4]);
  });

  test("`sweep()` leaves alone what is being made", () => {
    using store = open({ bounds: { count: 1, age: 0 }, now: () => 1_000_000 });
    store.responses.put(response("resp_0", { status: "queued", background: true }));
    store.responses.put(response("resp_1", { status: "in_progress", background: true }));
    store.responses.put(response("resp_2"));
    while (store.sweep());
    assertEquals(left(store, 3), [0, 1]);
    store.responses.replace("resp_0", { status: "completed", text: "{}" });
    while (store.sweep());
    assertEquals(left(store, 3), [1]);
  });

  test("`sweep()` takes conversations away that are not used", () => {
    let now = 0;
    using store = open({ bounds: { age: 100_000, count: 3 }, now: () => now });
    const make = (id: string) =>
      store.conversations.create({ id, owner: ANN, createdAt: now, metadata: "{}" }, items(120));
    ["a", "b", "c"].forEach(make);
    now = 60_000;
    assertEquals(store.conversations.append("b", ANN, items(1)), true);
    now = 120_000;
    while (store.sweep());
    const kept = () =>
      ["a", "b", "c", "d", "e", "f"].filter((id) => store.conversations.get(id, ANN));
    assertEquals(kept(), ["b"]);
    now = 130_000;
    ["d", "e", "f"].forEach(make);
    while (store.sweep());
    assertEquals(kept(), ["d", "e", "f"]);
    const page = store.conversations.page("d", ANN, { limit: 2, order: "desc" });
    assertEquals(page !== null && page !== "unknown cursor" && ids(page.items), ["i119", "i118"]);
  });

  test("`sweep()` bounds the account", () => {
    using store = open({ bounds: { usage: 100 } });
    for (let at = 0; at < 2_500; at++) store.usage.record(usage({ requestId: `req_${at}` }));
    let steps = 0;
    while (store.sweep()) steps++;
    const rows = store.usage.recent(1_000);
    assertEquals([rows.length, rows[0]?.requestId, rows.at(-1)?.requestId], [
      ...[100, "req_2499", "req_2400"],
    ]);
    assert(steps > 0);
    store.usage.record(usage());
    while (store.sweep());
    assertEquals(store.usage.recent(1_000).length, 100);
  });

  test("`sweep()` takes 1,000 responses away in short steps", () => {
    using store = open({ bounds: { count: 10 } });
    const text = JSON.stringify({ text: "x".repeat(20_000) });
    for (let at = 0; at < 1_000; at++) {
      store.responses.put(response(`resp_${at}`, { text, createdAt: at }));
      store.events.append(`resp_${at}`, [{ first: 0, last: 9, text: "y".repeat(2_000) }]);
    }
    const times: number[] = [];
    for (let more = true; more;) {
      const start = performance.now();
      more = store.sweep();
      times.push(performance.now() - start);
    }
    assertEquals(left(store, 1_000), [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    // Other programs have the processor too: the middle one says how long a step is.
    const middle = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    assert(middle < 40, `${middle} ms`);
    assert(times.length > 3);
  });
}
