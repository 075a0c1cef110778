import type { FakeStage, RealStage, StageOptions } from "../../claude/stage.ts";
import type { OverFake, OverReal } from "../scenario.ts";

/** A scenario of Claude Code whose upstream answers what the scenario says. */
export type FakeScenario = OverFake<FakeStage, StageOptions>;

/** A scenario of Claude Code over the real llama-server. */
export type RealScenario = OverReal<RealStage, StageOptions>;
