import { assertEquals, assertRejects } from "@std/assert";
import { transferBody } from "../../src/stream/transfer_body.ts";
import { textOf } from "./split.ts";
import { loud, soon, start, upstream } from "./transfer_stage.ts";

Deno.test("transferBody() is the transfer as bytes", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body));
  const text = new Response(transferBody(transfer, { tears: false })).text();
  up.send("a é😀");
  up.send("b".repeat(100_000));
  up.end();
  assertEquals(await text, `<open>A É😀${"B".repeat(100_000)}<end>`);
});

Deno.test("transferBody() reads no further than its reader", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body));
  const reader = transferBody(transfer, { tears: false }).getReader();
  await soon();
  assertEquals(up.pulls(), 0);
  await reader.read();
  for (let i = 0; i < 5; i++) up.send("a");
  await reader.read();
  await soon();
  assertEquals(transfer.outcome, null);
  await reader.cancel("gone");
  assertEquals(transfer.outcome, "cancelled");
});

Deno.test("transferBody() that is cancelled in the middle of a read cancels the transfer", async () => {
  const { transfer, ends, aborts } = start(new Promise(() => {}));
  const reader = transferBody(transfer, { tears: false }).getReader();
  await reader.read();
  const reading = reader.read();
  await reader.cancel("gone");
  assertEquals((await reading).done, true);
  assertEquals([ends, aborts], [[["cancelled", undefined]], ["gone"]]);
});

Deno.test("transferBody() closes after a failure, or tears where that is asked for", async () => {
  for (const tears of [false, true]) {
    const { transfer } = start(Promise.reject(new Error("refused")));
    const body = new Response(transferBody(transfer, { tears }));
    if (tears) await assertRejects(() => body.text(), Error, "broken off");
    else assertEquals(await body.text(), "<open><fail explained>");
  }
});

Deno.test("transferBody() keeps many answers apart that are written at once", async () => {
  const texts = Array.from({ length: 8 }, (_, i) => `${i}é😀`.repeat(4000));
  const bodies = texts.map((text) => {
    const up = upstream();
    const { transfer } = start(Promise.resolve(up.body), {
      conversion: loud({ open: () => "", push: (bytes) => textOf([bytes]), end: () => "" }),
    });
    for (let at = 0; at < text.length; at += 1000) up.send(text.slice(at, at + 1000));
    up.end();
    return new Response(transferBody(transfer, { tears: false })).text();
  });
  assertEquals(await Promise.all(bodies), texts);
});
