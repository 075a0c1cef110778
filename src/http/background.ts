/**
 * Responses that run by themselves: whoever asked for them may leave, come back, read along, or
 * cancel them by their id. The store holds what they have told, so readers cost no memory.
 */
import { ApiError } from "../protocol/error.ts";
import { type EventWriter, eventWriter } from "../protocol/responses/output/event_writer.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import type { EventBatch, Store } from "../store/store.ts";
import type { Transfer } from "../stream/transfer.ts";
import { explainFailure } from "../upstream/llama.ts";

/** How many may run or wait at once. */
const MOST = 100;
/** Milliseconds for which events are gathered before they are written. */
const GATHER = 50;

/** What runs: how its answer begins, and which response it is. */
export interface BackgroundRun {
  response: ResponseObject;
  /** Begins; the signal cancels it. Rejects for what fails before there is an answer. */
  begin: (signal: AbortSignal, write: EventWriter) => Promise<Transfer>;
}

export interface BackgroundRuns {
  /** Throws ApiError 503 where too many run. */
  admit(): void;
  /** Starts a run whose response is in the store already. */
  start(run: BackgroundRun): void;
  /** Whether a response still runs. */
  runs(id: string): boolean;
  /** Resolves when a run has told more, or has ended. */
  news(id: string): Promise<void>;
  /** Cancels a run and waits for its end. */
  cancel(id: string): Promise<void>;
  /** Ends all runs with an error, and waits until that is written. */
  stop(error: ApiError): Promise<void>;
}

interface Running {
  ended: Promise<void>;
  cancel: () => void;
  fail: (error: ApiError) => void;
  /** Wakes those who wait for news. */
  tell: () => void;
  told: Promise<void>;
}

export function backgroundRuns(store: Store, onError: (error: unknown) => void): BackgroundRuns {
  const running = new Map<string, Running>();

  return {
    admit() {
      if (running.size < MOST) return;
      throw new ApiError("Cannot answer in the background: too many responses run there.", {
        status: 503,
        type: "server_error",
        code: "server_is_overloaded",
        retryAfter: 10,
      });
    },
    start({ response, begin }) {
      const { id } = response;
      const leave = new AbortController();
      let transfer: Transfer | null = null;
      const run: Running = {
        ended: Promise.resolve(),
        cancel: () => transfer === null ? leave.abort() : transfer.cancel(new Error("cancelled")),
        fail(error) {
          if (transfer === null) leave.abort(error);
          else transfer.failWith(error);
        },
        ...fresh(),
      };
      running.set(id, run);
      const log = eventLog(id, store, () => {
        const { tell } = run;
        Object.assign(run, fresh());
        tell();
      });
      const work = async () => {
        try {
          transfer = await begin(leave.signal, log.write);
          for (let piece = await transfer.next(); piece !== null; piece = await transfer.next()) {
            log.add(String(piece));
          }
        } catch (cause) {
          endEarly(store, response, leave.signal, cause);
        } finally {
          log.flush();
        }
      };
      run.ended = work().catch(onError).finally(() => {
        running.delete(id);
        run.tell();
      });
    },
    runs: (id) => running.has(id),
    news: (id) => running.get(id)?.told ?? Promise.resolve(),
    async cancel(id) {
      const run = running.get(id);
      run?.cancel();
      await run?.ended;
    },
    async stop(error) {
      const all = [...running.values()];
      for (const run of all) run.fail(error);
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

/** A promise of the next news, and what keeps it. */
function fresh(): Pick<Running, "tell" | "told"> {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  return { tell, told };
}

/** What failed or was cancelled before it had begun to answer. */
function endEarly(store: Store, response: ResponseObject, signal: AbortSignal, cause: unknown) {
  const error = signal.reason instanceof ApiError ? signal.reason : explainFailure(cause);
  const { code, message } = error;
  const cancelled = signal.aborted && !(signal.reason instanceof ApiError);
  const end: ResponseObject = cancelled
    ? { ...response, status: "cancelled" }
    : { ...response, status: "failed", error: { code: code ?? "server_error", message } };
  store.responses.replace(response.id, { status: end.status, text: JSON.stringify(end) });
}

/** Writes events to the store in batches, and calls `onFlush` after each. */
function eventLog(id: string, store: Store, onFlush: () => void) {
  const writer = eventWriter();
  let count = 0;
  let first = 0;
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (text === "") return;
    const batch: EventBatch = { first, last: count - 1, text };
    text = "";
    first = count;
    store.events.append(id, [batch]);
    onFlush();
  }

  return {
    write: (event: Parameters<typeof writer>[0]) => {
      count++;
      return writer(event);
    },
    add(piece: string) {
      text += piece;
      timer ??= setTimeout(flush, GATHER);
    },
    flush,
  };
}
