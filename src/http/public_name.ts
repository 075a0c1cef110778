/** How llama-server's own name of a model is shown to clients. */
import type { UpstreamModel } from "../upstream/upstream_model.ts";

/** What to replace in an answer; null where both names are the same. */
export function renaming({ id, upstreamId }: UpstreamModel): { from: string; to: string } | null {
  return upstreamId === id ? null : { from: upstreamId, to: id };
}
