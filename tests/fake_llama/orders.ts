import type { Script } from "./script.ts";

/** What a test ordered by `send()` or `end()`; `script` is null for the end. */
export interface Order {
  script: Script | null;
  played: PromiseWithResolvers<boolean>;
}

/** Orders of the test wait here until the answering connection asks for them. */
export interface OrderQueue {
  /**
   * Resolves true when the script was played, false when the client hung up before;
   * rejects when the answer ends otherwise before. The end of a finished answer is no error.
   */
  add(script: Script | null): Promise<boolean>;
  /** The next order as soon as there is one; null when the queue is closed. */
  next(): Promise<Order | null>;
  /** Takes no orders any more; those that wait, and later ones, are told why. */
  close(why: string): void;
}

/** An empty queue of orders. */
export function orderQueue(): OrderQueue {
  const waiting: Order[] = [];
  let more = Promise.withResolvers<void>();
  let over: string | undefined;
  function refuse(order: Order): void {
    if (over === "hung up") order.played.resolve(false);
    else if (over === "finished" && order.script === null) order.played.resolve(true);
    else order.played.reject(new Error(`Cannot send steps: the answer is over: ${over}`));
  }
  return {
    add(script) {
      const order = { script, played: Promise.withResolvers<boolean>() };
      if (over === undefined) waiting.push(order);
      else refuse(order);
      more.resolve();
      return order.played.promise;
    },
    async next() {
      while (waiting.length === 0 && over === undefined) {
        await more.promise;
        more = Promise.withResolvers();
      }
      return waiting.shift() ?? null;
    },
    close(why) {
      over = why;
      waiting.splice(0).forEach(refuse);
      more.resolve();
    },
  };
}
