/** A model behind an upstream. */
import type { ModelEntry } from "./facts.ts";

/** A model with all that is known of it. */
export interface UpstreamModel extends ModelEntry {
  /** Finds what acts as a control token in its prompts; null for nothing. */
  control: RegExp | null;
}
