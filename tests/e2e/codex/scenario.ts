import type { FakeStage, ManagedStage, RealStage, StageOptions } from "../../codex/stage.ts";
import type { OverFake, OverManaged, OverReal } from "../scenario.ts";

/** A scenario of Codex whose upstream answers what the scenario says. */
export type FakeScenario = OverFake<FakeStage, StageOptions>;

/** A scenario of Codex over the real llama-server. */
export type RealScenario = OverReal<RealStage, StageOptions>;

/** A scenario of Codex over models that Chaski runs by itself. */
export type ManagedScenario = OverManaged<ManagedStage>;
