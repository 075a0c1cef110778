import type { Scenario } from "./scenario.ts";
import { cancellation } from "./scenarios/cancellation.ts";
import { failures } from "./scenarios/failures.ts";
import { real } from "./scenarios/real.ts";
import { tools } from "./scenarios/tools.ts";
import { turns } from "./scenarios/turns.ts";

/** Every scenario, in the order in which the matrix runs them. */
export const scenarios: readonly Scenario[] = [
  ...real,
  ...turns,
  ...tools,
  ...failures,
  ...cancellation,
];
