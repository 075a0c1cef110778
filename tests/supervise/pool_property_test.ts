/** Whatever happens in whatever order: no more models run than may, and nobody waits for ever. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type PoolStage, poolStage, settle } from "./pool_stage.ts";
import { cannotLoad } from "../../src/supervise/failure.ts";

const MOST = 1;
const IDS = ["a", "b"];

/** What happens, as often as it stands here. */
const EVENTS = [
  ...["ask", "ask", "ask", "hang up", "hang up", "leave"],
  ...["ready", "ready", "fail", "crash"],
];

/** A request of the test. */
interface Request {
  entered: Promise<{ leave(): void }>;
  hangUp: AbortController;
  settled: boolean;
}

/** An event, and to which model, or to which of the requests. */
const step = fc.tuple(fc.constantFrom(...EVENTS), fc.nat({ max: 30 }));

function ask({ pool }: PoolStage, id: string): Request {
  const hangUp = new AbortController();
  const entered = pool.enter(id, hangUp.signal);
  const request: Request = { entered, hangUp, settled: false };
  entered.then(() => request.settled = true, () => request.settled = true);
  return request;
}

async function leave({ entered, settled }: Request): Promise<void> {
  if (settled) await entered.then((there) => there.leave(), () => {});
}

async function take(stage: PoolStage, requests: Request[], [what, n]: [string, number]) {
  const id = IDS[n % IDS.length] ?? "";
  const chosen = requests.filter(({ settled }) => settled === (what === "leave"));
  const request = chosen[n % Math.max(1, chosen.length)];
  const state = stage.pool.residents().find((each) => each.id === id)?.state();
  if (what === "ask") requests.push(ask(stage, id));
  if (what === "hang up") request?.hangUp.abort(new Error("left"));
  if (what === "leave" && request) await leave(request);
  if (what === "ready" && state === "starting") await stage.run(id).ready();
  if (what === "fail" && state === "starting") await stage.run(id).fail(cannotLoad(id, "no"));
  if (what === "crash" && state === "ready") await stage.run(id).crash();
  stage.clock.now += n;
  await settle();
}

/** Who could be served waits only where somebody else has no model yet. */
function nobodyWaitsForNothing({ pool }: PoolStage): boolean {
  const states = new Map(pool.residents().map(({ id, state }) => [id, state()]));
  const waiting = IDS.filter((id) => pool.waiting(id) > 0);
  return waiting.every((id) => states.get(id) !== "ready") || waiting.some((id) => !states.has(id));
}

/** Has everything load that loads, and every request leave that was granted. */
async function drain(stage: PoolStage, requests: readonly Request[]): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds++) {
    for (const { id, state } of stage.pool.residents()) {
      if (state() === "starting") await stage.run(id).ready();
    }
    for (const request of requests) await leave(request);
    await settle();
  }
}

Deno.test("modelPool() has nobody wait for ever, in any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
      const stage = poolStage({ room: { most: MOST } });
      const requests: Request[] = [];
      for (const each of steps) {
        await take(stage, requests, each);
        assert(stage.pool.residents().length <= MOST);
        assert(nobodyWaitsForNothing(stage));
      }
      await drain(stage, requests);
      assertEquals(requests.filter(({ settled }) => !settled).length, 0);
    }),
    { numRuns: 15, seed: 1 },
  );
});
