import { assertEquals } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { loud, rest, soon, start, upstream } from "./transfer_stage.ts";

Deno.test("Transfer opens, converts and ends once", async () => {
  const up = upstream();
  const { transfer, ends, aborts } = start(Promise.resolve(up.body));
  assertEquals(await transfer.next(), "<open>");
  up.send("a");
  assertEquals(await transfer.next(), "A");
  up.send("b");
  up.end();
  assertEquals(await rest(transfer), "B<end>");
  assertEquals([ends, aborts, transfer.outcome], [[["complete", undefined]], [], "complete"]);
  transfer.cancel("late");
  transfer.failWith(new ApiError("late", { status: 500, type: "x" }));
  assertEquals([ends.length, await transfer.next()], [1, null]);
});

Deno.test("Transfer opens before the upstream has begun", async () => {
  const { transfer, ends } = start(new Promise(() => {}));
  assertEquals(await transfer.next(), "<open>");
  transfer.cancel("done");
  assertEquals([await transfer.next(), ends], [null, [["cancelled", undefined]]]);
});

Deno.test("Transfer reads on past what says nothing", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body), { conversion: loud({ open: () => "" }) });
  const next = transfer.next();
  for (const text of [":a", ":b", "c"]) up.send(text);
  assertEquals(await next, "C");
  transfer.cancel("done");
});

Deno.test("Transfer reads nothing before somebody waits for it", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body));
  await transfer.next();
  await soon();
  assertEquals(up.pulls(), 0);
  up.send("a");
  up.send("b");
  assertEquals(await transfer.next(), "A");
  await soon();
  assertEquals(up.pulls(), 0);
  transfer.cancel("done");
});

Deno.test("Transfer ends at the upstream's last word although the connection stays open", async () => {
  const up = upstream();
  const { transfer, ends } = start(Promise.resolve(up.body));
  await transfer.next();
  up.send("a END");
  assertEquals(await rest(transfer), "A END<end>");
  assertEquals(ends, [["complete", undefined]]);
  await up.cancelled;
});

Deno.test("Transfer lets a connection that ends by itself be", async () => {
  const up = upstream();
  let cancelled = false;
  up.cancelled.then(() => cancelled = true);
  const { transfer } = start(Promise.resolve(up.body));
  await transfer.next();
  up.send("a END");
  up.end();
  assertEquals(await rest(transfer), "A END<end>");
  await soon();
  assertEquals(cancelled, false);
});

Deno.test("Transfer tells an upstream that dies, after what it had said", async () => {
  const up = upstream();
  const { transfer, ends, aborts } = start(Promise.resolve(up.body));
  await transfer.next();
  up.send("a");
  assertEquals(await transfer.next(), "A");
  up.die(new Error("reset"));
  assertEquals(await rest(transfer), "<fail explained>");
  assertEquals([ends, aborts.length], [[["failed", "explained"]], 1]);
});

Deno.test("Transfer tells an upstream that never begins", async () => {
  const { transfer, ends } = start(Promise.reject(new Error("refused")));
  assertEquals(await rest(transfer), "<open><fail explained>");
  assertEquals(ends, [["failed", "explained"]]);
});

for (const when of ["push", "end"] as const) {
  Deno.test(`Transfer tells a conversion that throws in ${when}()`, async () => {
    const up = upstream();
    const bad = () => {
      throw new TypeError("not understood");
    };
    const conversion = loud(when === "end" ? { end: bad } : {});
    const { transfer, ends, aborts } = start(Promise.resolve(up.body), { conversion });
    await transfer.next();
    up.send(when === "push" ? "BAD" : "a END");
    const text = await rest(transfer);
    assertEquals(text, when === "push" ? "<fail explained>" : "A END<fail explained>");
    assertEquals([ends, aborts.length], [[["failed", "explained"]], 1]);
    if (when === "end") await up.cancelled;
  });
}

Deno.test("Transfer goes on with another request's answer", async () => {
  const first = upstream();
  const second = upstream();
  let passes = 0;
  const conversion = loud({
    end: () => ++passes === 1 ? { again: () => Promise.resolve(second.body) } : "<end>",
  });
  const { transfer, ends } = start(Promise.resolve(first.body), { conversion });
  await transfer.next();
  first.send("a");
  first.end();
  assertEquals(await transfer.next(), "A");
  const next = transfer.next();
  second.send("b");
  assertEquals(await next, "B");
  second.end();
  assertEquals([await rest(transfer), ends.length], ["<end>", 1]);
});

Deno.test("Transfer tells a second request that is refused", async () => {
  const up = upstream();
  const conversion = loud({ end: () => ({ again: () => Promise.reject(new Error("refused")) }) });
  const { transfer, ends } = start(Promise.resolve(up.body), { conversion });
  up.end();
  assertEquals(await rest(transfer), "<open><fail explained>");
  assertEquals(ends, [["failed", "explained"]]);
});

Deno.test("Transfer that is cancelled closes a body that comes afterwards", async () => {
  const up = upstream();
  const coming = Promise.withResolvers<ReadableStream<Uint8Array>>();
  const { transfer, ends, aborts } = start(coming.promise);
  await transfer.next();
  const next = transfer.next();
  transfer.cancel("gone");
  assertEquals([await next, aborts, ends], [null, ["gone"], [["cancelled", undefined]]]);
  coming.resolve(up.body);
  await up.cancelled;
});

Deno.test("Transfer that is cancelled says nothing more, also of what had come", async () => {
  const up = upstream();
  const { transfer, ends } = start(Promise.resolve(up.body), { patience: { firstBeat: 10 } });
  await transfer.next();
  // A keep-alive resolves this while a read is under way, so the next text has to wait.
  assertEquals(await transfer.next(), "<beat>");
  up.send("a");
  await soon();
  transfer.cancel("gone");
  assertEquals([await rest(transfer), ends.length], ["", 1]);
});

Deno.test("Transfer that fails before it was read still opens first", async () => {
  const up = upstream();
  let calls = 0;
  const conversion = loud({ open: () => `<${++calls} open>`, fail: () => `<${++calls} fail>` });
  const { transfer, ends, aborts } = start(Promise.resolve(up.body), { conversion });
  const error = new ApiError("stop", { status: 503, type: "server_error", code: "stop" });
  transfer.failWith(error);
  assertEquals(await rest(transfer), "<1 open><2 fail>");
  assertEquals([ends, aborts], [[["failed", "stop"]], [error]]);
});
