import { assertEquals, assertNotEquals } from "@std/assert";
import { threadOf } from "../../src/http/thread.ts";
import { threadTools } from "../../src/http/thread_tools.ts";

const of = (headers: Record<string, string>, cacheKey?: string | null) =>
  threadOf(new Headers(headers), cacheKey);

Deno.test("`threadOf()` tells conversations by thread, then session, then cache key", () => {
  const thread = of({ "thread-id": "t", "session-id": "s" }, "k");
  assertEquals(of({ "thread-id": "t" }), thread);
  assertEquals(of({ "thread_id": "t" }), thread);
  assertEquals(of({ "session-id": "s" }, "k"), of({ "session_id": "s" }));
  assertEquals(of({}, "t"), thread);
  // A sub-agent of Codex shares session and cache key with its parent.
  assertNotEquals(of({ "thread-id": "u", "session-id": "s" }, "k"), thread);
});

Deno.test("`threadOf()` never takes one key's conversation for another's", () => {
  const one = of({ "thread-id": "t", authorization: "Bearer a" });
  const two = of({ "thread-id": "t", authorization: "Bearer b" });
  const three = of({ "thread-id": "t", "x-api-key": "c" });
  assertEquals(new Set([one, two, three, of({ "thread-id": "t" })]).size, 4);
});

Deno.test("`threadOf()` gives null where nothing tells", () => {
  assertEquals([of({}), of({}, null), of({ "thread-id": "" }, "")], [null, null, null]);
});

const tool = (name: string) => ({ type: "function", name });

Deno.test("`threadTools()` recalls the last tools of each conversation", () => {
  const memory = threadTools();
  memory.remember("a", [tool("1")]);
  memory.remember("b", [tool("2")]);
  memory.remember("a", [tool("3")]);
  assertEquals([memory.recall("a"), memory.recall("b"), memory.recall("c")], [
    [tool("3")],
    [tool("2")],
    null,
  ]);
});

Deno.test("`threadTools()` forgets what was used longest ago when there is too much", () => {
  const size = 1000 + JSON.stringify([tool("1")]).length;
  const memory = threadTools(2 * size);
  memory.remember("a", [tool("1")]);
  memory.remember("b", [tool("2")]);
  memory.recall("a");
  memory.remember("c", [tool("3")]);
  assertEquals(["a", "b", "c"].map((thread) => memory.recall(thread) !== null), [
    true,
    false,
    true,
  ]);
  memory.remember("big", [tool("x".repeat(3 * size))]);
  assertEquals(memory.recall("big"), null);
});
