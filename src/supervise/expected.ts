/** What a model will be like when it runs, by its file alone. Pure. */
import type { Model } from "../models/model.ts";
import { ANY_CONTROL_WORD } from "../upstream/control_words.ts";
import { toModels } from "../upstream/facts.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";

/**
 * @param shape tokens of a slot, and slots; null where it was not planned yet
 * @param created seconds since 1970
 */
export function expectedModel(
  { id, aliases, header, can }: Model,
  shape: { context: number; slots: number } | null,
  created: number,
): UpstreamModel | null {
  const props = {
    chat_template: header?.chatTemplate ?? "",
    modalities: { vision: can.includes("vision") },
    ...(shape !== null && {
      total_slots: shape.slots,
      default_generation_settings: { n_ctx: shape.context },
    }),
  };
  const [entry] = toModels({ data: [{ id, created }] }, props);
  return entry === undefined
    ? null
    : { ...entry, aliases: [...aliases], control: ANY_CONTROL_WORD };
}
