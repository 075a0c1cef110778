import { assert, assertEquals } from "@std/assert";
import type { ChatMessage } from "../../../src/protocol/chat.ts";
import { withoutOldest } from "../../../src/protocol/responses/truncation.ts";

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
