import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Item, Page, PageQuery } from "../../src/store/store.ts";
import { ANN, BOB, ids, items, response } from "./samples.ts";
import type { OpenStore, Test } from "./store_contract.ts";

/** A list of these items, and how to page through it. */
type List = (items: readonly Item[]) => (query: PageQuery) => Page | "unknown cursor" | null;

export function pageContract(test: Test, open: OpenStore): void {
  lists(test, "responses", () => {
    const store = open();
    let count = 0;
    return {
      list: (input) => {
        const id = `resp_${count++}`;
        store.responses.put(response(id, { input }));
        assertEquals(store.responses.page(id, BOB, { limit: 1, order: "asc" }), null);
        return (query) => store.responses.page(id, ANN, query);
      },
      [Symbol.dispose]: () => store[Symbol.dispose](),
    };
  });
  lists(test, "conversations", () => {
    const store = open();
    let count = 0;
    return {
      list: (all) => {
        const id = `conv_${count++}`;
        store.conversations.create({ id, owner: ANN, createdAt: 1, metadata: "{}" }, []);
        store.conversations.append(id, ANN, all);
        assertEquals(store.conversations.page(id, BOB, { limit: 1, order: "asc" }), null);
        return (query) => store.conversations.page(id, ANN, query);
      },
      [Symbol.dispose]: () => store[Symbol.dispose](),
    };
  });
}

function lists(test: Test, verb: string, open: () => { list: List } & Disposable): void {
  test(`\`${verb}.page()\` begins behind or ends before a cursor, in either order`, () => {
    using opened = open();
    const page = opened.list(items(5));
    const cases: [PageQuery, string, boolean][] = [
      [{ limit: 2, order: "asc" }, "i0 i1", true],
      [{ limit: 5, order: "asc" }, "i0 i1 i2 i3 i4", false],
      [{ limit: 2, order: "desc" }, "i4 i3", true],
      [{ limit: 2, order: "asc", after: "i2" }, "i3 i4", false],
      [{ limit: 1, order: "asc", after: "i2" }, "i3", true],
      [{ limit: 2, order: "desc", after: "i2" }, "i1 i0", false],
      [{ limit: 2, order: "asc", before: "i3" }, "i1 i2", true],
      [{ limit: 9, order: "asc", before: "i3" }, "i0 i1 i2", false],
      [{ limit: 1, order: "desc", before: "i2" }, "i3", true],
      [{ limit: 9, order: "asc", after: "i0", before: "i3" }, "i1 i2", false],
      [{ limit: 1, order: "desc", after: "i3", before: "i0" }, "i2", true],
      [{ limit: 9, order: "asc", after: "i3", before: "i1" }, "", false],
      [{ limit: 9, order: "asc", after: "i4" }, "", false],
    ];
    for (const [query, expected, hasMore] of cases) {
      const found = page(query);
      assert(found !== null && typeof found === "object");
      assertEquals([ids(found.items)?.join(" "), found.hasMore], [expected, hasMore]);
    }
    assertEquals(page({ limit: 9, order: "asc", after: "i9" }), "unknown cursor");
    assertEquals(page({ limit: 9, order: "asc", before: "" }), "unknown cursor");
  });

  test(`\`${verb}.page()\` bounds its limit and the size of a page`, () => {
    using opened = open();
    const page = opened.list(items(150));
    const count = (limit: number) => {
      const found = page({ limit, order: "asc" });
      return found !== null && typeof found === "object" && found.items.length;
    };
    assertEquals([1e9, NaN, 99.9, 0, -5].map(count), [100, 100, 99, 1, 1]);
    const large = ["a", "b", "c"].map((id) => ({ id, text: `"${"x".repeat(9 * 1024 * 1024)}"` }));
    assertEquals(walk(opened.list(large), { limit: 100, order: "desc" }), ["c", "b", "a"]);
    const first = opened.list(large)({ limit: 100, order: "asc" });
    assert(first !== null && typeof first === "object");
    assertEquals([ids(first.items), first.hasMore], [["a"], true]);
  });

  test(`\`${verb}.page()\` gives every item once to who pages on, and ends with twins`, () => {
    using opened = open();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 15 }),
        fc.constantFrom("asc", "desc"),
        (count, limit, order) => {
          const all = items(count);
          const expected = ids(order === "asc" ? all : all.toReversed()) ?? [];
          assertEquals(walk(opened.list(all), { limit, order }), expected);
          if (count > 0) {
            const before = expected.at(-1) ?? "";
            assertEquals(walkBack(opened.list(all), { limit, order, before }), expected);
          }
        },
      ),
      { numRuns: 30 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom("asc", "desc"),
        (names, limit, order) => {
          const page = opened.list(names.map((id) => ({ id, text: "{}" })));
          const met = walk(page, { limit, order });
          assert(met.length <= names.length);
          assertEquals(met[0], order === "asc" ? names[0] : names.at(-1));
        },
      ),
      { numRuns: 30 },
    );
  });
}

function walk(page: ReturnType<List>, query: PageQuery): string[] {
  const met: string[] = [];
  for (let next: PageQuery = query;;) {
    const found = page(next);
    assert(found !== null && typeof found === "object");
    met.push(...found.items.map(({ id }) => id));
    assert(met.length < 200, "it goes on forever");
    if (!found.hasMore) return met;
    next = { ...query, after: found.items.at(-1)?.id ?? "" };
  }
}

/** From the last item to the first one, in the order asked for. */
function walkBack(page: ReturnType<List>, query: PageQuery): string[] {
  let met = [query.before ?? ""];
  for (let next: PageQuery = query;;) {
    const found = page(next);
    assert(found !== null && typeof found === "object");
    met = [...found.items.map(({ id }) => id), ...met];
    if (!found.hasMore) return met;
    next = { ...query, before: met[0] ?? "" };
  }
}
