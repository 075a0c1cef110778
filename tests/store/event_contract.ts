import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { EventBatch, Store } from "../../src/store/store.ts";
import { ANN, BOB, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

const PLENTY = 1_000_000;

function batch(first: number, last: number): EventBatch {
  const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return { first, last, text: numbers.map((n) => `data: {"n":${n}}\n\n`).join("") };
}

export function eventContract(test: Test, open: OpenStore): void {
  test("`read()` gives what `append()` was given, from a number on", () => {
    using store = open();
    store.responses.put(response("resp_1", { status: "in_progress", background: true }));
    const [one, two, three] = [batch(0, 2), batch(3, 3), batch(4, 9)];
    assertEquals(store.events.read("resp_1", ANN, 0, PLENTY), []);
    assertEquals(store.events.append("resp_1", [one, two]), true);
    assertEquals(store.events.append("resp_1", []), true);
    assertEquals(store.events.read("resp_1", ANN, 0, PLENTY), [one, two]);
    assertEquals(store.events.append("resp_1", [three]), true);
    assertEquals(store.events.read("resp_1", ANN, 2, PLENTY), [one, two, three]);
    assertEquals(store.events.read("resp_1", ANN, 3, PLENTY), [two, three]);
    assertEquals(store.events.read("resp_1", ANN, 9, PLENTY), [three]);
    assertEquals(store.events.read("resp_1", ANN, 10, PLENTY), []);
    assertEquals(store.events.read("resp_1", ANN, -1, PLENTY), [one, two, three]);
    assertEquals(store.events.read("resp_1", ANN, NaN, PLENTY), []);
  });

  test("`read()` gives nothing to strangers, and nothing of what is gone", () => {
    using store = open();
    assertEquals(store.events.append("resp_1", [batch(0, 1)]), false);
    store.responses.put(response("resp_1", { status: "queued", background: true }));
    store.events.append("resp_1", [batch(0, 1)]);
    assertEquals(store.events.read("resp_1", BOB, 0, PLENTY), null);
    assertEquals(store.events.read("resp_2", ANN, 0, PLENTY), null);
    store.responses.delete("resp_1", ANN);
    assertEquals(store.events.read("resp_1", ANN, 0, PLENTY), null);
    assertEquals(store.events.append("resp_1", [batch(2, 3)]), false);
  });

  test("`read()` gives every event once to who reads on, in pieces of any size", () => {
    using store = open();
    let response_count = 0;
    fc.assert(fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }),
      fc.integer({ min: 0, max: 500 }),
      fc.nat(40),
      (lengths, bytes, from) => {
        const id = `resp_${response_count++}`;
        store.responses.put(response(id, { status: "in_progress", background: true }));
        let next = 0;
        for (const length of lengths) {
          store.events.append(id, [batch(next, next + length - 1)]);
          next += length;
        }
        const numbers = readAll(store, id, from, bytes);
        const expected = Array.from({ length: Math.max(0, next - from) }, (_, at) => from + at);
        assertEquals(numbers, expected);
      },
    ));
  });
}

/** The numbers of all events, read as a client of a stream would. */
function readAll(store: Store, id: string, from: number, bytes: number): number[] {
  const numbers: number[] = [];
  for (let next = from;;) {
    const batches = store.events.read(id, ANN, next, bytes) ?? [];
    if (batches.length === 0) return numbers;
    const text = batches.map(({ text }) => text).join("");
    assert(batches.length === 1 || text.length <= bytes);
    const found = [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));
    numbers.push(...found.filter((n) => n >= next));
    next = (batches.at(-1)?.last ?? 0) + 1;
  }
}
