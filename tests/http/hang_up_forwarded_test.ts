/** Clients that leave a request that is forwarded, over real connections and in each phase. */
import { assert, assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { completion, infill } from "../fake_llama/completions.ts";
import { type Script, silence, sse } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { rawPost } from "./raw_client.ts";

/** Milliseconds within which a hang-up reaches llama-server. */
const SOON = 1_500;

const INFILL = { input_prefix: "a", input_suffix: "b" };
const PHASES: [path: string, body: Record<string, unknown>, Script][] = [
  ["/v1/completions", { prompt: "The" }, silence()],
  ["/v1/completions", { prompt: "The" }, [completion([], { ends: false }), silence()]],
  ["/v1/completions", { prompt: "The" }, [completion(["One"], { ends: false }), silence()]],
  ["/v1/infill", INFILL, silence()],
  ["/infill", INFILL, [infill([], { ends: false }), silence()]],
  ["/infill", INFILL, [infill(["One"], { ends: false }), silence()]],
  ["/v1/embeddings", { input: "a" }, silence()],
  ["/v1/rerank", { query: "a", documents: ["b"] }, [sse.head(), silence()]],
];

Deno.test("a client that leaves a forwarded request is gone from llama-server at once", async () => {
  await using fake = await FakeLlama.start({ slots: 16 });
  await using chaski = await startChaski({ upstream: fake.url });
  let count = 0;
  for (const [path, body, script] of PHASES) {
    for (const stream of [true, false]) {
      fake.reply(script);
      const client = await rawPost(chaski.url + path, { ...body, stream });
      const request = await fake.nextRequest();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const leftAt = await client.leave();
      const closedAt = await request.hungUp();
      assert(closedAt - leftAt < SOON, `${path} ${stream}: ${closedAt - leftAt} ms`);
      count++;
    }
  }
  await chaski.logged(() => chaski.log().filter(({ outcome }) => outcome).length === count);
  const outcomes = chaski.log().flatMap(({ outcome, status }) =>
    outcome ? [[outcome, status]] : []
  );
  assertEquals(outcomes, Array(count).fill(["cancelled", 499]));
  assert(!/ {4}at |Error|rejection/.test(chaski.stderr()), chaski.stderr());
});
