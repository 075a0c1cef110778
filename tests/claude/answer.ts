/** What a model answers in a scenario, whatever the protocol that carries it. */
export type Answer =
  | { readonly text: string }
  | { readonly call: string; readonly input: Readonly<Record<string, unknown>> }
  /** It begins, says nothing, and does not end. */
  | { readonly silence: true };

/** A request that reached the model. */
export interface ModelRequest {
  /** Resolves with the time (`performance.now()`) when its sender hung up. */
  hungUp(): Promise<number>;
}

/** A model that a scenario directs. */
export interface Model {
  /** Queues the answers to the next requests; without one the model says `Hello from the fake.` */
  reply(...answers: readonly Answer[]): void;
  /** The next request that was not handed out yet. */
  nextRequest(): Promise<ModelRequest>;
}
