import type { Scenario } from "./scenario.ts";
import { agents } from "./scenarios/agents.ts";
import { cancellation } from "./scenarios/cancellation.ts";
import { compaction } from "./scenarios/compaction.ts";
import { entrances } from "./scenarios/entrances.ts";
import { failures } from "./scenarios/failures.ts";
import { images } from "./scenarios/images.ts";
import { patience } from "./scenarios/patience.ts";
import { real } from "./scenarios/real.ts";
import { sockets } from "./scenarios/sockets.ts";
import { tools } from "./scenarios/tools.ts";
import { turns } from "./scenarios/turns.ts";

/** Every scenario, in the order of the table's rows. */
export const scenarios: readonly Scenario[] = [
  ...real,
  ...turns,
  ...entrances,
  ...sockets,
  ...images,
  ...tools,
  ...agents,
  ...compaction,
  ...patience,
  ...failures,
  ...cancellation,
];
