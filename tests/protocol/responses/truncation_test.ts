import { assert, assertEquals } from "@std/assert";
import type { ChatMessage } from "../../../src/protocol/chat.ts";
import { withoutOldest, withoutOldestSteps } from "../../../src/protocol/responses/truncation.ts";

const system: ChatMessage = { role: "system", content: "s" };
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const turns = (count: number) =>
  Array.from({ length: count }, (_, i) => [user(`${i}`), assistant("x".repeat(100))]).flat();

Deno.test("`withoutOldest()` takes turns away from the front, and keeps the system message", () => {
  const left = withoutOldest([system, ...turns(10), user("now")]);
  assertEquals([left?.[0], left?.[1]?.role, left?.at(-1)], [system, "user", user("now")]);
  assert((left?.length ?? 0) < 18 && (left?.length ?? 0) > 10);
});

Deno.test("`withoutOldest()` never begins within a turn, and comes to an end", () => {
  let messages: ChatMessage[] | null = [system, ...turns(7), user("now"), assistant("y")];
  let steps = 0;
  for (; messages !== null; messages = withoutOldest(messages)) {
    assertEquals(messages[1]?.role, "user");
    steps++;
  }
  assert(steps < 10, `${steps}`);
  assertEquals(withoutOldest([system, user("all"), assistant("x")]), null);
  assertEquals(withoutOldest([user("all")]), null);
  assertEquals(withoutOldest([]), null);
});

const step = (id: string): ChatMessage[] => [
  {
    ...{ role: "assistant", content: id.repeat(50) },
    tool_calls: [{ id, type: "function", function: { name: "look", arguments: "{}" } }],
  },
  { role: "tool", tool_call_id: id, content: id.repeat(50) },
];
const question = user("Sum it up.");

Deno.test("`withoutOldestSteps()` takes turns away, then steps, and never the user's last word", () => {
  const task = user("Do it.");
  const first: ChatMessage[] = [...turns(3), task, ...["a", "b", "c"].flatMap(step)];
  let left = [system, ...first, question];
  const seen: number[] = [];
  for (;;) {
    assertEquals([left[0], left[1]?.role, left.at(-1)], [system, "user", question]);
    assert(left.includes(task));
    for (const [i, { role }] of left.entries()) {
      if (role === "tool") assertEquals(left[i - 1]?.role, "assistant");
    }
    seen.push(left.length);
    const next = withoutOldestSteps(left);
    if (next === null) break;
    left = next;
  }
  assert(seen.length > 2, `${seen}`);
  // What came last stays, for nothing could be summed up without it.
  assertEquals(left, [system, task, ...step("c"), question]);
});

Deno.test("`withoutOldestSteps()` has nothing to take from a single step", () => {
  assertEquals(withoutOldestSteps([system, user("all"), ...step("a"), question]), null);
  assertEquals(withoutOldestSteps([question]), null);
  assertEquals(withoutOldestSteps([]), null);
});
