import type { Template } from "../clients/tiny_llama.ts";

interface Described<Options> {
  /** What the client does or meets, in a few words; unique among the client's. */
  readonly name: string;
  readonly options?: Options;
  /** The first version of the client that can do it; default: every pinned one can. */
  readonly since?: string;
  /** Whether it measures times, so that nothing else may run beside it. */
  readonly alone?: boolean;
}

/** A scenario whose upstream answers what the scenario says. */
export interface OverFake<Stage, Options> extends Described<Options> {
  readonly upstream: "fake";
  /** Rejects when anything is not as it should be. */
  run(stage: Stage): Promise<void>;
}

/** A scenario over the models of a folder, which Chaski runs by itself. */
export interface OverManaged<Stage> extends Described<never> {
  readonly upstream: "managed";
  /** Rejects when anything is not as it should be. */
  run(stage: Stage): Promise<void>;
}

/** A scenario that runs over the real llama-server, once for each template. */
export interface OverReal<Stage, Options> extends Described<Options> {
  readonly upstream: "real";
  /** Default: every template with which the tiny model can call tools. */
  readonly templates?: readonly Template[];
  /** Rejects when anything is not as it should be. */
  run(stage: Stage): Promise<void>;
}
