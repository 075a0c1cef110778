/** A request as the fake recorded it, and the test's hold on the answer that is being given. */
import type { HttpRequest } from "./http_request.ts";
import { type Order, orderQueue } from "./orders.ts";
import type { Script } from "./script.ts";
import { within } from "./within.ts";

/** How long the waiting methods wait at most, in milliseconds, unless told otherwise. */
export const PATIENCE_MS = 5000;

/** How an answer ended: wholly sent, left by the client, or broken off by the fake. */
export type Outcome = "finished" | "hung up" | "cut";

/** One request; its fields change while it is answered. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Header names in lower case. */
  readonly headers: Record<string, string>;
  readonly bodyText: string;
  /** The parsed body; `{}` where it was no JSON object. */
  readonly body: Record<string, unknown>;
  /** Counts the fake's requests from 1, over all paths. */
  readonly number: number;
  /** Counts the fake's connections from 1: the same number means that it was reused. */
  readonly connection: number;
  /** The `model` that an answer names: the server's alias, whatever was asked for. */
  readonly model: string;
  /** True when the answer was sent to its end. */
  readonly finished: boolean;
  /** `performance.now()` when the client hung up before the answer's end. */
  readonly closedAt: number | undefined;
  /** Settles with the answer's end; never rejects. */
  readonly outcome: Promise<Outcome>;
  /**
   * Waits until the client hangs up before the answer's end and gives the `performance.now()`
   * of that moment; rejects when the answer ends otherwise or nothing happens in time.
   */
  hungUp(limitMs?: number): Promise<number>;
  /** Waits until the answer was sent to its end; rejects when it ends otherwise or not in time. */
  answered(limitMs?: number): Promise<void>;
  /**
   * Plays further steps where the reply is `live()`. Resolves when they were played: true, or
   * false when the connection was gone before. Rejects when the answer is over without a `live()`.
   */
  send(...script: Script[]): Promise<boolean>;
  /** Leaves the `live()` part; the script goes on behind it, by default to the answer's end. */
  end(): Promise<boolean>;
}

/** The side of a recorded request that the answering connection uses. */
export interface Answering {
  request: RecordedRequest;
  /** The next order of the test, as soon as there is one; null once the answer is over. */
  nextOrder(): Promise<Order | null>;
  /** Notes how the answer ended, unless it was noted before, and closes the orders. */
  settle(outcome: Outcome, closedAt?: number): void;
}

/** Where a request came from and what answers call the model. */
export interface RequestOrigin {
  number: number;
  connection: number;
  model: string;
}

/** Records a request before anything is answered. */
export function recordRequest(http: HttpRequest, origin: RequestOrigin): Answering {
  const outcome = Promise.withResolvers<Outcome>();
  const orders = orderQueue();
  let ended: Outcome | undefined;
  let closedAt: number | undefined;
  async function ends(as: Outcome, limitMs: number, what: string): Promise<void> {
    const real = await within(outcome.promise, limitMs, what);
    if (real !== as) throw new Error(`Cannot see ${what}: the answer ended as ${real}`);
  }
  const request: RecordedRequest = {
    ...decode(http),
    ...origin,
    get finished() {
      return ended === "finished";
    },
    get closedAt() {
      return closedAt;
    },
    outcome: outcome.promise,
    async hungUp(limitMs = PATIENCE_MS) {
      await ends("hung up", limitMs, "the client hang up");
      return closedAt ?? NaN;
    },
    answered: (limitMs = PATIENCE_MS) => ends("finished", limitMs, "the answer's end"),
    send: (...script) => orders.add(script),
    end: () => orders.add(null),
  };
  return {
    request,
    nextOrder: orders.next,
    settle(as, at) {
      if (ended !== undefined) return;
      ended = as;
      closedAt = at;
      outcome.resolve(as);
      orders.close(as);
    },
  };
}

function decode({ body, ...head }: HttpRequest) {
  const bodyText = new TextDecoder().decode(body);
  return { ...head, bodyText, body: parseObject(bodyText) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
