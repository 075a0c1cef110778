/**
 * The models in the shapes that clients read: OpenAI's list, and Codex's catalogue in the same object
 * (spec codex.md section 6, Codex 0.118-0.169). Pure.
 */

/** What is known of one model. */
export interface ModelCard {
  id: string;
  /** Further names of it. */
  aliases: readonly string[];
  /** Seconds since 1970. */
  created: number;
  /** Tokens that one slot holds; null when unknown. */
  context: number | null;
  vision: boolean;
  /** Whether the chat template can be told to think, or how much. */
  thinks: boolean;
  /** Whether it does where nobody says so. */
  thinksUnasked: boolean;
  /** Whether it is told how much, in levels. */
  levels: boolean;
  /** Of a model that Chaski runs by itself. */
  run?: {
    state: "loaded" | "loading" | "unloaded";
    /** Tokens of the largest slot that fits; null when unknown. */
    largest: number | null;
    /** Tokens that it was made for; null when unknown. */
    native: number | null;
  };
}

interface OpenAiModel {
  id: string;
  object: "model";
  created: number;
  owned_by: string;
  context_length?: number;
  max_context_length?: number;
  native_context_length?: number;
  input_modalities: string[];
  /** As llama-server's router says it. */
  status?: { value: string };
  /** Of a name that stands for another model: that model's. */
  alias_of?: string;
}

/** One model of OpenAI's list; contexts, modalities and status are additions. */
export function openAiModel(card: ModelCard): OpenAiModel {
  const { largest = null, native = null, state } = card.run ?? {};
  return {
    id: card.id,
    object: "model",
    created: card.created,
    owned_by: "llama.cpp",
    ...(card.context !== null && { context_length: card.context }),
    ...(largest !== null && { max_context_length: largest }),
    ...(native !== null && { native_context_length: native }),
    input_modalities: modalities(card),
    ...(state !== undefined && { status: { value: state } }),
  };
}

/** A further name of a model, which says what it stands for. */
export function modelAlias(alias: string, card: ModelCard): OpenAiModel {
  return { ...openAiModel({ ...card, id: alias }), owned_by: "chaski", alias_of: card.id };
}

/** `GET /v1/models`: `data` for OpenAI's clients, `models` for Codex. */
export function modelList(cards: readonly ModelCard[]) {
  return { object: "list", data: cards.map(openAiModel), models: codexModels(cards) };
}

function modalities(card: ModelCard): string[] {
  return card.vision ? ["text", "image"] : ["text"];
}

/**
 * What Codex is told to do in one screen: its own fallback prompt has 16,000 characters and names
 * tools that are not there.
 */
const BASE_INSTRUCTIONS = [
  "You are a coding agent in the user's terminal. You work in their repository until the task is done.",
  "Look before you change: read the files concerned, follow their style, and keep changes small.",
  "Use the tools for everything you do; never say that you ran a command which you did not run.",
  "Edit files with apply_patch when it is offered. Run the project's checks after a change.",
  "When you are done, say in a few sentences what you changed and what is left.",
].join("\n");

const EFFORTS = [
  { effort: "none", description: "No thinking" },
  { effort: "low", description: "Little thinking" },
  { effort: "medium", description: "The model's usual thinking" },
  { effort: "high", description: "Much thinking" },
];

/** Names of one model that Codex is told; each of them takes a kilobyte. */
const MOST_NAMES = 4;

/**
 * Codex knows a model under the names alone that its catalogue has, and takes no catalogue that has
 * one twice. Its list shows ids only.
 */
function codexModels(cards: readonly ModelCard[]) {
  const taken = new Set(cards.map(({ id }) => id));
  return cards.flatMap((card) => {
    const model = codexModel(card);
    const others = [...new Set(card.aliases)].filter((name) =>
      !/\.gguf$/i.test(name) && !taken.has(name)
    )
      .slice(0, MOST_NAMES);
    for (const name of others) taken.add(name);
    return [model, ...others.map((slug) => ({ ...model, slug, visibility: "hide" }))];
  });
}

/** Every field that some version of Codex requires; one that is missing rejects the catalogue. */
function codexModel(card: ModelCard) {
  return {
    slug: card.id,
    display_name: card.id,
    description: "Served by llama.cpp through Chaski",
    supported_reasoning_levels: card.thinks ? EFFORTS : [],
    // Codex asks for this level in every request.
    ...(card.thinks && { default_reasoning_level: card.thinksUnasked ? "medium" : "none" }),
    default_reasoning_summary: "auto",
    shell_type: "unified_exec",
    visibility: "list",
    supported_in_api: true,
    priority: 1,
    base_instructions: BASE_INSTRUCTIONS,
    supports_reasoning_summaries: true,
    support_verbosity: false,
    apply_patch_tool_type: "freeform",
    truncation_policy: { mode: "bytes", limit: 10_000 },
    supports_parallel_tool_calls: true,
    supports_search_tool: false,
    ...(card.context !== null && { context_window: card.context }),
    experimental_supported_tools: [],
    input_modalities: modalities(card),
  };
}
