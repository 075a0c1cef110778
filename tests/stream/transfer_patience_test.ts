import { assert, assertEquals } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { loud, rest, start, upstream } from "./transfer_stage.ts";

Deno.test("Transfer keeps a silent line alive, the first time counted from the acceptance", async () => {
  const { transfer } = start(new Promise(() => {}), { patience: { firstBeat: 100, beat: 200 } });
  const begin = performance.now();
  assertEquals(await transfer.next(), "<open>");
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    assertEquals(await transfer.next(), "<beat>");
    times.push(performance.now() - begin);
  }
  transfer.cancel("done");
  // Each is early rather than late; the upper bounds leave room for a busy machine.
  const [first = 0, second = 0, third = 0] = times;
  assert(first >= 70 && first < 400, String(times));
  assert(second - first >= 150 && third - second >= 150, String(times));
});

Deno.test("Transfer sends no keep-alive while something else flows", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body), {
    patience: { firstBeat: 400, beat: 400 },
  });
  await transfer.next();
  for (let i = 0; i < 12; i++) {
    setTimeout(() => up.send("a"), 50);
    assertEquals(await transfer.next(), "A");
  }
  transfer.cancel("done");
});

Deno.test("Transfer sends no keep-alive to a client that does not read", async () => {
  let beats = 0;
  const conversion = loud({
    beat() {
      beats++;
      return "<beat>";
    },
  });
  const { transfer } = start(new Promise(() => {}), { conversion, patience: { firstBeat: 10 } });
  await transfer.next();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(beats, 0);
  transfer.cancel("done");
});

Deno.test("Transfer sends no keep-alive where the conversion has none", async () => {
  const up = upstream();
  const conversion = loud({ beat: () => "" });
  const patience = { firstBeat: 10, beat: 10 };
  const { transfer } = start(Promise.resolve(up.body), { conversion, patience });
  await transfer.next();
  const next = transfer.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  up.send("a");
  assertEquals(await next, "A");
  transfer.cancel("done");
});

for (
  const [what, sends, code, setting] of [
    ["an upstream that never begins", [], "upstream_timeout", "first_byte"],
    ["an upstream that reads the prompt for ever", ["x"], "upstream_timeout", "first_byte"],
    ["an upstream that stalls in its answer", ["a"], "upstream_timeout", "stall"],
  ] as const
) {
  Deno.test(`Transfer gives ${what} up [H19] [OT46]`, async () => {
    const up = upstream();
    const patience = setting === "stall" ? { stall: 100 } : { firstByte: 100 };
    const { transfer, ends, aborts } = start(Promise.resolve(up.body), { patience });
    await transfer.next();
    for (const text of sends) up.send(text);
    const text = await rest(transfer);
    assertEquals(text, `${sends.join("").toUpperCase()}<fail ${code}>`);
    assertEquals(ends, [["failed", code]]);
    const [error] = aborts;
    assert(error instanceof ApiError && error.message.includes(`timeouts.${setting}`));
    assertEquals([error.status, error.source], [504, "upstream"]);
  });
}

Deno.test("Transfer keeps the long patience until the model answers [H19]", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body), { patience: { stall: 50 } });
  await transfer.next();
  up.send("x");
  assertEquals(await transfer.next(), "X");
  const next = transfer.next();
  await new Promise((resolve) => setTimeout(resolve, 250));
  up.send("b");
  assertEquals(await next, "B");
  transfer.cancel("done");
});

Deno.test("Transfer takes an upstream's keep-alive for silence: its model may hang [H19]", async () => {
  const up = upstream();
  const { transfer, ends } = start(Promise.resolve(up.body), { patience: { stall: 150 } });
  await transfer.next();
  up.send("a");
  assertEquals(await transfer.next(), "A");
  const pings = setInterval(() => up.send(":\n\n"), 20);
  const text = await rest(transfer);
  clearInterval(pings);
  assertEquals([text, ends], ["<fail upstream_timeout>", [["failed", "upstream_timeout"]]]);
});

Deno.test("Transfer takes a slow reader for no stall", async () => {
  const up = upstream();
  const { transfer } = start(Promise.resolve(up.body), { patience: { stall: 50 } });
  await transfer.next();
  up.send("a");
  up.send("b");
  assertEquals(await transfer.next(), "A");
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(await transfer.next(), "B");
  transfer.cancel("done");
});

Deno.test("Transfer cancels for a client that reads no more", async () => {
  const up = upstream();
  const { transfer, ends } = start(Promise.resolve(up.body), { patience: { reader: 60 } });
  await transfer.next();
  up.send("a");
  assertEquals(await transfer.next(), "A");
  await new Promise((resolve) => setTimeout(resolve, 250));
  assertEquals(transfer.outcome, "cancelled");
  assertEquals(ends, [["cancelled", undefined]]);
  assertEquals(await transfer.next(), null);
});
