import { assertEquals } from "@std/assert";
import { usage } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

export function usageContract(test: Test, open: OpenStore): void {
  test("`recent()` gives the newest rows as they were recorded", () => {
    using store = open();
    const nothing = {
      ...{ model: null, owner: null, inputTokens: null, cachedTokens: null, outputTokens: null },
      firstEventMs: null,
    };
    const rows = [
      usage(),
      usage({ requestId: "req_2", ...nothing }),
      usage({ requestId: "req_3" }),
    ];
    for (const row of rows) store.usage.record(row);
    assertEquals(store.usage.recent(10), rows.toReversed());
    assertEquals(store.usage.recent(1), rows.slice(2));
    assertEquals([0, -1, NaN].map((limit) => store.usage.recent(limit).length), [0, 0, 0]);
    assertEquals(store.usage.recent(Infinity).length, 3);
  });

  test("`sums()` adds up by model or owner since a time", () => {
    using store = open();
    store.usage.record(usage({ at: 1_000, inputTokens: 7 }));
    store.usage.record(usage({ at: 2_000 }));
    store.usage.record(usage({ at: 3_000, owner: "bob", inputTokens: null, totalMs: 1 }));
    store.usage.record(usage({ at: 3_000, model: null, owner: null }));
    const sum = { inputTokens: 100, cachedTokens: 90, outputTokens: 10, totalMs: 500 };
    assertEquals(store.usage.sums("model", 2_000), [
      {
        ...{ key: "tiny", requests: 2, inputTokens: 100, cachedTokens: 180, outputTokens: 20 },
        totalMs: 501,
      },
      { key: null, requests: 1, ...sum },
    ]);
    assertEquals(store.usage.sums("owner", 2_000), [
      { key: null, requests: 1, ...sum },
      { key: "ann", requests: 1, ...sum },
      { key: "bob", requests: 1, ...sum, inputTokens: 0, totalMs: 1 },
    ]);
    assertEquals(store.usage.sums("model", 4_000), []);
    assertEquals(store.usage.sums("owner", 0).find(({ key }) => key === "ann")?.inputTokens, 107);
  });

  test("`record()` bears names and figures that are none", () => {
    using store = open();
    store.usage.record(
      usage({ model: "m".repeat(1_000_000), totalMs: NaN, inputTokens: Infinity }),
    );
    store.usage.record(usage({ totalMs: -3.7, outputTokens: 2.5, firstEventMs: 1e300 }));
    const [second, first] = store.usage.recent(2);
    assertEquals([first?.model?.length, first?.totalMs, first?.inputTokens], [256, 0, 2 ** 41]);
    assertEquals([second?.totalMs, second?.outputTokens, second?.firstEventMs], [0, 3, 2 ** 41]);
    assertEquals(store.usage.sums("model", 0).length, 2);
  });
}
