/** When a request is sent once more, and what it takes and gives back for that. */
import { assertEquals, assertRejects } from "@std/assert";
import { sending } from "../../src/http/sending.ts";
import { upstreamCutOff } from "../../src/protocol/llama_error.ts";
import type { Lease, Served } from "../../src/upstream/serving.ts";
import { opening } from "../fake_llama/answers.ts";
import { cut } from "../fake_llama/script.ts";
import { ALL_ROUTES, testApp } from "./test_app.ts";

const reset = () => Object.assign(new Error("reset"), { code: "ECONNRESET" });
const refused = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
const late = () => Object.assign(new Error("late"), { code: "UND_ERR_BODY_TIMEOUT" });

/** A request whose tries fail one after the other; the last of them does not. */
function sent(
  failures: readonly Error[],
  { lost = true, mayRepeat = true, signal = new AbortController().signal } = {},
) {
  const told: string[] = [];
  let leases = 0;
  let tries = 0;
  const served = {
    lease(_need: unknown, given: AbortSignal) {
      given.throwIfAborted();
      const name = `${++leases}`;
      told.push(`lease ${name}`);
      return Promise.resolve({
        waited: 0,
        lost: () => Promise.resolve(lost),
        release: () => void told.push(`release ${name}`),
      } as Partial<Lease> as Lease);
    },
  } as unknown as Served;
  const body = new ReadableStream<Uint8Array>();
  const send = () => {
    const failure = failures[tries++];
    return failure === undefined ? Promise.resolve(body) : Promise.reject(failure);
  };
  const { source, again, release } = sending({ served, need: { slot: false }, send }, signal, {
    mayRepeat: () => mayRepeat,
    onRepeat: () => void told.push("repeat"),
    onWaited: (ms) => void told.push(`waited ${ms}`),
  });
  return { source, again, release, told, body, tries: () => tries };
}

Deno.test("sending() asks once more where the model is gone, with another lease", async () => {
  const { source, told, body, release } = sent([reset()]);
  assertEquals(await source, body);
  release(null);
  await source;
  assertEquals(told, ["lease 1", "release 1", "repeat", "lease 2", "release 2"]);
});

Deno.test("sending() asks once more behind a body that broke, and never a third time", async () => {
  const { source, again, body, tries } = sent([]);
  await source;
  assertEquals(await again(reset()), body);
  assertEquals([again(reset()), tries()], [null, 2]);
  const failing = sent([reset(), refused()]);
  await assertRejects(() => failing.source, Error, "refused");
  assertEquals([failing.again(reset()), failing.tries()], [null, 2]);
});

Deno.test("sending() asks nobody twice who still runs, was slow, or said what is wrong", async () => {
  for (
    const [failure, more] of [
      [reset(), { lost: false }],
      [reset(), { mayRepeat: false }],
      [late(), {}],
      [upstreamCutOff(), {}],
      [new TypeError("a defect"), {}],
    ] as const
  ) {
    const { source, told, tries } = sent([failure], more);
    await assertRejects(() => source, Error, failure.message);
    assertEquals([tries(), told], [1, ["lease 1"]], failure.message);
  }
});

Deno.test("sending() asks for nobody who has left", async () => {
  const leaver = new AbortController();
  const { source, again, tries } = sent([], { signal: leaver.signal });
  await source;
  leaver.abort(new Error("left"));
  assertEquals([again(reset()), tries()], [null, 1]);
  const meanwhile = new AbortController();
  const waiting = sent([], { signal: meanwhile.signal });
  await waiting.source;
  const next = waiting.again(reset());
  meanwhile.abort(new Error("left"));
  await assertRejects(() => next ?? Promise.resolve(), Error, "left");
  assertEquals(waiting.told, ["lease 1", "release 1", "repeat"]);
});

Deno.test("a llama-server that somebody else runs is asked once, whatever becomes of it", async () => {
  for (const { path, body } of ALL_ROUTES) {
    await using app = await testApp();
    app.fake.reply(opening([{ total: 9, cache: 0, processed: 1, time_ms: 1 }]), cut());
    const answer = await app.post(path, { ...body, stream: true });
    assertEquals(answer.status, 200);
    await answer.text().catch(() => {});
    const facts = app.requestLines()[0]?.facts;
    assertEquals(
      [app.fake.requests.length, facts?.["outcome"], facts?.["code"], facts?.["retried"]],
      [1, "failed", "upstream_disconnected", undefined],
      path,
    );
  }
});
