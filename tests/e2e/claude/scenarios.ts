import { anyModel } from "../../claude/any_model.ts";
import { agents } from "./agents.ts";
import { cancellation } from "./cancellation.ts";
import { compaction } from "./compaction.ts";
import { endings } from "./endings.ts";
import { entrances } from "./entrances.ts";
import { failures } from "./failures.ts";
import { images } from "./images.ts";
import { patience } from "./patience.ts";
import { real } from "./real.ts";
import type { FakeScenario, ManagedScenario, RealScenario } from "./scenario.ts";
import { tools } from "./tools.ts";
import { turns } from "./turns.ts";

/** Every scenario of Claude Code, in the order of the table's rows. */
export const scenarios: readonly (FakeScenario | ManagedScenario | RealScenario)[] = [
  ...real,
  { upstream: "managed", name: "any model of a folder, by its name", run: anyModel },
  ...turns,
  ...entrances,
  ...endings,
  ...images,
  ...tools,
  ...agents,
  ...compaction,
  ...patience,
  ...failures,
  ...cancellation,
];
