import type { FakeStage, ManagedStage, RealStage, StageOptions } from "../../claude/stage.ts";
import type { OverFake, OverManaged, OverReal } from "../scenario.ts";

/** A scenario of Claude Code whose upstream answers what the scenario says. */
export type FakeScenario = OverFake<FakeStage, StageOptions>;

/** A scenario of Claude Code over the real llama-server. */
export type RealScenario = OverReal<RealStage, StageOptions>;

/** A scenario of Claude Code over models that Chaski runs by itself. */
export type ManagedScenario = OverManaged<ManagedStage>;
