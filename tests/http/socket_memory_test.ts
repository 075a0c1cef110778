import { assertEquals } from "@std/assert";
import { socketMemory } from "../../src/http/socket_memory.ts";

const said = (content: string) => [{ role: "user" as const, content }];

Deno.test("socketMemory() knows the last response and no other", () => {
  const memory = socketMemory();
  assertEquals(memory.recall("resp_1"), null);
  memory.remember("resp_1", said("One"));
  assertEquals(memory.recall("resp_1"), said("One"));
  memory.remember("resp_2", said("Two"));
  assertEquals([memory.recall("resp_1"), memory.recall("resp_2")], [null, said("Two")]);
  assertEquals(memory.items(), said("Two"));
  memory.forget("resp_2");
  assertEquals(memory.items(), []);
});

Deno.test("socketMemory() forgets a response that is named, and no other", () => {
  const memory = socketMemory();
  memory.remember("resp_1", said("One"));
  memory.forget("resp_0");
  assertEquals(memory.recall("resp_1"), said("One"));
  memory.forget("resp_1");
  assertEquals(memory.recall("resp_1"), null);
});

Deno.test("socketMemory() keeps no conversation beyond its bound, and not the one before it", () => {
  const memory = socketMemory(100);
  memory.remember("resp_1", said("One"));
  memory.remember("resp_2", said("x".repeat(100)));
  assertEquals([memory.recall("resp_1"), memory.recall("resp_2")], [null, null]);
});
