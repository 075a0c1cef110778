import type { Template } from "../clients/tiny_llama.ts";
import type { FakeStage, RealStage, StageOptions } from "../codex/stage.ts";

interface Described {
  /** What the client does or meets, in a few words; unique. */
  readonly name: string;
  readonly options?: StageOptions;
  /** The first version of Codex that can do it; default: every pinned one can. */
  readonly since?: string;
  /** Whether it measures times, so that nothing else may run beside it. */
  readonly alone?: boolean;
}

/** A scenario whose upstream answers what the scenario says. */
export interface FakeScenario extends Described {
  readonly upstream: "fake";
  /** Rejects when anything is not as it should be. */
  run(stage: FakeStage): Promise<void>;
}

/** A scenario that runs over the real llama-server, once for each template. */
export interface RealScenario extends Described {
  readonly upstream: "real";
  /** Default: every template with which the tiny model can call tools. */
  readonly templates?: readonly Template[];
  /** Rejects when anything is not as it should be. */
  run(stage: RealStage): Promise<void>;
}

/** One row of the matrix, or several of them. */
export type Scenario = FakeScenario | RealScenario;
