import { assertEquals, assertThrows } from "@std/assert";
import { resolved } from "../../src/http/references.ts";
import { ApiError } from "../../src/protocol/error.ts";
import type { Item } from "../../src/protocol/responses/history/items.ts";
import { openStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { ANN, BOB, response } from "../store/samples.ts";

const said = (id: string, content: string): Item => ({
  type: "message",
  id,
  role: "user",
  content,
});
const named = (id: unknown) => ({ type: "item_reference", id }) as Item;

/** A store with one item, of the id `kept`. */
function stored(work: (store: Store) => void): void {
  const store = openStore({ path: null, bounds: { age: 1e9, count: 99, bytes: 1e9, usage: 9 } });
  try {
    const text = JSON.stringify({ output: [said("kept", "Stored.")] });
    store.responses.put(response("resp_1", { text }));
    work(store);
  } finally {
    store.close();
  }
}

function refusal(store: Store, items: readonly Item[], owner = ANN): unknown[] {
  const sources = { store, owner, near: [[named("ring")]] };
  const error = assertThrows(() => resolved(items, "input", sources), ApiError);
  return [error.status, error.code, error.param];
}

Deno.test("`resolved()` puts items in the places of their references", () =>
  stored((store) => {
    const near = [[said("a", "Old."), said("b", "B.")], [{ id: 7 }, said("a", "New.")] as Item[]];
    const hello = { role: "user", content: "Hello." } as const;
    const easy = { id: "b" } as Item;
    const asked = [named("kept"), hello, named("a"), easy, { id: "x", ...hello }];
    const { items, added } = resolved(asked, "input", { store, owner: ANN, near });
    const filled = [said("kept", "Stored."), said("a", "New."), said("b", "B.")];
    assertEquals(items, [filled[0], hello, filled[1], filled[2], { id: "x", ...hello }]);
    assertEquals(added, filled.reduce((sum, item) => sum + JSON.stringify(item).length, 0));
  }));

Deno.test("`resolved()` counts an item as often as it is named", () =>
  stored((store) => {
    const { added } = resolved(Array(3).fill(named("kept")), "input", {
      ...{ store, owner: ANN, near: [] },
    });
    assertEquals(added, 3 * JSON.stringify(said("kept", "Stored.")).length);
  }));

Deno.test("`resolved()` refuses what nobody keeps, another's, and an id that is none", () =>
  stored((store) => {
    const hello = said("x", "Hello.");
    const notFound = [400, "item_not_found", "input[1].id"];
    assertEquals(refusal(store, [hello, named("none")]), notFound);
    assertEquals(refusal(store, [hello, named("kept")], BOB), notFound);
    // Conversations of an older Chaski may hold references themselves.
    assertEquals(refusal(store, [hello, named("ring")]), notFound);
    for (const id of [null, undefined, 7, {}]) {
      assertEquals(refusal(store, [hello, named(id)]), [400, null, "input[1].id"]);
    }
  }));

Deno.test("`resolved()` is bounded in references and in bytes", () =>
  stored((store) => {
    const tooLong = [400, "context_length_exceeded", "input"];
    assertEquals(refusal(store, Array(10_001).fill(named("kept"))), tooLong);
    const text = JSON.stringify({ output: [said("large", "x".repeat(8_000_000))] });
    store.responses.put(response("resp_2", { text }));
    assertEquals(refusal(store, Array(9).fill(named("large"))), tooLong);
    for (let at = 3; at < 12; at++) {
      const output = [said(`large_${at}`, "x"), "x".repeat(8_000_000)];
      store.responses.put(response(`resp_${at}`, { text: JSON.stringify({ output }) }));
    }
    const all = Array.from({ length: 9 }, (_, at) => named(`large_${at + 3}`));
    assertEquals(refusal(store, all), tooLong);
  }));
