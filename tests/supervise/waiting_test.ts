import { assertEquals, assertRejects } from "@std/assert";
import { waitingList } from "../../src/supervise/waiting.ts";

const NEVER = new AbortController().signal;

Deno.test("waitingList() keeps the order of coming, and numbers by it", async () => {
  const list = waitingList<string>(() => {});
  const waits = ["a", "b", "a"].map((id) => list.wait(id, NEVER));
  assertEquals(list.all().map(({ id, number }) => [id, number]), [["a", 0], ["b", 1], ["a", 2]]);
  for (const waiter of list.all()) waiter.grant(`${waiter.id}${waiter.number}`);
  assertEquals(await Promise.all(waits), ["a0", "b1", "a2"]);
  assertEquals(list.all(), []);
});

Deno.test("waitingList() tells who came and who left, and forgets who left", async () => {
  let changes = 0;
  const list = waitingList<string>(() => changes++);
  const leaving = new AbortController();
  const left = list.wait("a", leaving.signal);
  const stays = list.wait("b", NEVER);
  leaving.abort(new Error("it left"));
  await assertRejects(() => left, Error, "it left");
  assertEquals([changes, list.all().map(({ id }) => id)], [3, ["b"]]);
  list.all()[0]?.grant("b");
  assertEquals(await stays, "b");
});

Deno.test("waitingList() lets nobody wait who has left already", async () => {
  const list = waitingList<string>(() => {});
  await assertRejects(() => list.wait("a", AbortSignal.abort(new Error("it left"))), Error, "left");
  assertEquals(list.all(), []);
});

Deno.test("waitingList() refuses with what it is given", async () => {
  const list = waitingList<string>(() => {});
  const wait = list.wait("a", NEVER);
  list.all()[0]?.refuse(new Error("no"));
  await assertRejects(() => wait, Error, "no");
});
