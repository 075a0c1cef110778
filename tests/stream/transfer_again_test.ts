import { assertEquals } from "@std/assert";
import type { Source } from "../../src/stream/transfer.ts";
import { loud, rest, soon, start, upstream } from "./transfer_stage.ts";

const reset = () => new Error("reset");

/** Asks anew once, for this. */
function once(source: Source) {
  const causes: unknown[] = [];
  return { causes, again: (cause: unknown) => causes.push(cause) === 1 ? source : null };
}

Deno.test("Transfer goes on with another answer where the first broke before its first word", async () => {
  const first = upstream();
  const second = upstream();
  const { again } = once(Promise.resolve(second.body));
  const { transfer, ends, aborts } = start(Promise.resolve(first.body), { again });
  await transfer.next();
  first.send("begun");
  assertEquals(await transfer.next(), "BEGUN");
  first.die(reset());
  const next = transfer.next();
  await soon();
  second.send("a END");
  assertEquals([await next, await rest(transfer)], ["A END", "<end>"]);
  assertEquals([ends, aborts], [[["complete", undefined]], []]);
});

Deno.test("Transfer does not ask anew for what has answered already", async () => {
  const up = upstream();
  const { causes, again } = once(Promise.resolve(upstream().body));
  const { transfer, ends } = start(Promise.resolve(up.body), { again });
  await transfer.next();
  up.send("a");
  await transfer.next();
  up.die(reset());
  assertEquals(await rest(transfer), "<fail explained>");
  assertEquals([ends, causes], [[["failed", "explained"]], []]);
});

Deno.test("Transfer tells the failure of what it asked anew", async () => {
  const up = upstream();
  const { causes, again } = once(Promise.reject(new Error("refused")));
  const { transfer, ends } = start(Promise.resolve(up.body), { again });
  await transfer.next();
  up.die(reset());
  assertEquals(await rest(transfer), "<fail explained>");
  assertEquals([ends, causes.map(String)], [[["failed", "explained"]], [
    "Error: reset",
    "Error: refused",
  ]]);
});

Deno.test("Transfer keeps the line alive, and is cancelled, while it asks anew", async () => {
  const up = upstream();
  const late = upstream();
  const coming = Promise.withResolvers<ReadableStream<Uint8Array>>();
  const { again } = once(coming.promise);
  const { transfer, ends } = start(Promise.resolve(up.body), {
    again,
    conversion: loud(),
    patience: { firstBeat: 10 },
  });
  await transfer.next();
  up.die(reset());
  assertEquals(await transfer.next(), "<beat>");
  const next = transfer.next();
  transfer.cancel("gone");
  assertEquals([await next, ends], [null, [["cancelled", undefined]]]);
  coming.resolve(late.body);
  await late.cancelled;
});
