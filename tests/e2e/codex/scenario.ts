import type { FakeStage, RealStage, StageOptions } from "../../codex/stage.ts";
import type { OverFake, OverReal } from "../scenario.ts";

/** A scenario of Codex whose upstream answers what the scenario says. */
export type FakeScenario = OverFake<FakeStage, StageOptions>;

/** A scenario of Codex over the real llama-server. */
export type RealScenario = OverReal<RealStage, StageOptions>;
