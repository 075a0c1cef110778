import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import {
  type Conversion,
  type Outcome,
  type Patience,
  type Source,
  Transfer,
} from "../../src/stream/transfer.ts";
import { transferBody } from "../../src/stream/transfer_body.ts";
import { textOf, utf8 } from "./split.ts";

/** An upstream that the test drives. */
function upstream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let pulls = 0;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    pull: () => void pulls++,
    cancel: () => cancelled.resolve(),
  }, { highWaterMark: 0 });
  return {
    body,
    cancelled: cancelled.promise,
    pulls: () => pulls,
    send: (text: string) => controller?.enqueue(utf8(text)),
    end: () => controller?.close(),
    die: (error: unknown) => controller?.error(error),
  };
}

/** Says everything twice as loud; ends at `END`, throws at `BAD`, answers from `a` on. */
function loud(changes: Partial<Conversion> = {}): Conversion {
  let seen = "";
  return {
    open: () => "<open>",
    push(bytes) {
      const text = textOf([bytes]);
      seen += text;
      if (text.includes("BAD")) throw new TypeError("bad bytes");
      return text.startsWith(":") ? "" : text.toUpperCase();
    },
    ended: () => seen.endsWith("END"),
    end: () => "<end>",
    fail: (error) => `<fail ${error.code}>`,
    beat: () => "<beat>",
    answering: () => seen.includes("a"),
    ...changes,
  };
}

const NEVER: Patience = {
  firstBeat: 60_000,
  beat: 60_000,
  firstByte: 60_000,
  stall: 60_000,
  reader: 60_000,
};

interface Setup {
  transfer: Transfer;
  ends: [Outcome, string | undefined][];
  aborts: unknown[];
}

function start(
  source: Source,
  { conversion = loud(), patience = {} }: {
    conversion?: Conversion;
    patience?: Partial<Patience>;
  } = {},
): Setup {
  const ends: Setup["ends"] = [];
  const aborts: unknown[] = [];
  const transfer = new Transfer({
    source,
    conversion,
    patience: { ...NEVER, ...patience },
    acceptedAt: performance.now(),
    abort: (reason) => void aborts.push(reason),
    explain: (cause) =>
      cause instanceof ApiError
        ? cause
        : new ApiError(String(cause), { status: 502, type: "server_error", code: "explained" }),
    onEnd: (outcome, error) => void ends.push([outcome, error?.code ?? undefined]),
  });
  return { transfer, ends, aborts };
}

/** Everything that is still to come. */
async function rest(transfer: Transfer): Promise<string> {
  let text = "";
  for (;;) {
    const piece = await transfer.next();
    if (piece === null) return text;
    text += textOf([piece]);
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

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
  const { transfer, ends, aborts } = start(Promise.resolve(up.body));
  const error = new ApiError("stop", { status: 503, type: "server_error", code: "stop" });
  transfer.failWith(error);
  assertEquals(await rest(transfer), "<open><fail stop>");
  assertEquals([ends, aborts], [[["failed", "stop"]], [error]]);
});

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
