/** The models as Anthropic lists them (npm `@anthropic-ai/sdk` 1.12). Pure. */
import type { ModelCard } from "../models.ts";

/** `GET /v1/models` for a client that sends `anthropic-version`. */
export function anthropicModelList(cards: readonly ModelCard[]) {
  return {
    data: cards.map(anthropicModel),
    has_more: false,
    first_id: cards[0]?.id ?? null,
    last_id: cards.at(-1)?.id ?? null,
  };
}

export function anthropicModel(card: ModelCard) {
  return {
    type: "model",
    id: card.id,
    display_name: card.id,
    created_at: new Date(card.created * 1000).toISOString(),
    max_input_tokens: card.context,
    max_tokens: card.context,
    capabilities: capabilities(card),
    ...{ lifecycle: "active", deprecated_at: null, retires_at: null, line: null },
  };
}

const YES = { supported: true };
const NO = { supported: false };

function capabilities({ vision, thinks, levels }: ModelCard) {
  const thinking = { supported: thinks };
  const effort = { supported: levels };
  return {
    ...{ batch: NO, citations: NO, code_execution: NO, pdf_input: NO, structured_outputs: YES },
    context_management: {
      ...{ clear_thinking_20251015: NO, clear_tool_uses_20250919: NO, compact_20260112: NO },
      supported: false,
    },
    effort: { low: effort, medium: effort, high: effort, xhigh: NO, max: NO, supported: levels },
    image_input: { supported: vision },
    server_tools: { code_execution: NO, web_search: NO, supported: false },
    thinking: {
      supported: thinks,
      // A model that knows levels alone cannot be stopped from thinking.
      types: {
        ...{ adaptive: thinking, enabled: thinking, between_tools: NO },
        disabled: { supported: !levels },
      },
    },
  };
}
