/** What clients are told while their model is loaded. */
import { assert, assertEquals } from "@std/assert";
import type { ProgressNote, ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { assertEventFits } from "../open_responses.ts";
import { managedStage } from "../real/managed_stage.ts";
import { collect, type SseEvent } from "../sse_reader.ts";
import { standIn } from "./stand_in.ts";

const GIB = 2 ** 30;
/** Milliseconds: behind the first keep-alive, which comes after 5 s at the latest. */
const LOADS = 6_500;

type Beat = ResponseEvent & { type: "response.in_progress"; chaski?: ProgressNote };

const isBeat = ({ event }: SseEvent) => event === "response.in_progress";

Deno.test("keep-alive tells how far a model has been loaded, and stays what clients know", async () => {
  await using stage = await managedStage({
    bytes: GIB,
    program: () => standIn("--load", String(LOADS)),
  });
  const messages = [{ role: "user", content: "Hello" }];
  const [told, message, chat] = await Promise.all([
    stage.post("/v1/responses", { input: "Hello", stream: true }).then(collect),
    stage.post("/v1/messages", { messages, max_tokens: 9, stream: true }).then(collect),
    stage.post("/v1/chat/completions", { messages, stream: true }).then(collect),
  ]);
  assertEquals(told.events.at(-1)?.event, "response.completed");
  const [first, ...beats] = told.events.filter(isBeat).map(({ data }) => data as Beat);
  assertEquals([first !== undefined && "chaski" in first, beats.length > 0], [false, true]);
  for (const { chaski, ...event } of beats) {
    assertEventFits(event);
    const { phase, load } = chaski ?? {};
    assert(phase === "loading" && load !== undefined, JSON.stringify(chaski));
    assertEquals([load.total, load.fraction], [GIB, load.loaded / GIB]);
    assert(load.fraction > 0 && load.fraction < 1, String(load.fraction));
  }
  assertEquals(message.events.at(-1)?.event, "message_stop");
  const pings = message.events.filter(({ event }) => event === "ping");
  assert(pings.length > 0);
  for (const { data } of pings) assertEquals(data, { type: "ping" });
  assertEquals([chat.events.at(-1)?.data, chat.comments.length > 0], ["[DONE]", true]);
});

Deno.test("a model tells its progress while its process loads, not before and not behind it [LP01] [LP02] [LP03] [LP04] [LP09] [LP30]", async () => {
  const begun = Promise.withResolvers<void>();
  await using stage = await managedStage({
    bytes: GIB,
    program: () => standIn("--load", "1000"),
    prepared: (_, { start }) => ({
      start: (...args) => begun.promise.then(() => start(...args)),
    }),
  });
  const served = await stage.services.serving.resolve("tiny-qwen3");
  assertEquals(served.progress(), null);
  const lease = served.lease({ slot: false }, new AbortController().signal);
  await soon();
  const [resident] = stage.pool.residents();
  assertEquals([resident?.state(), served.progress()], ["starting", null]);
  begun.resolve();
  await soon();
  assertEquals([resident?.state(), served.progress()?.total], ["starting", GIB]);
  const { release } = await lease;
  assertEquals([resident?.state(), served.progress()], ["ready", null]);
  release(null);
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 300));

Deno.test("a model that runs tells its real context, also before anybody has asked it", async () => {
  await using stage = await managedStage({ program: () => standIn() });
  const contextOf = async () => {
    const { data } = await (await stage.request("/v1/models")).json();
    return data[0].context_length;
  };
  const before = await contextOf();
  const { leave } = await stage.pool.enter("tiny-qwen3:F16", new AbortController().signal);
  leave();
  assertEquals([before, await contextOf()], [undefined, 8192]);
});
