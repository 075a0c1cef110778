/**
 * What an upstream says about itself, read from its `/v1/models` and `/props`. Pure.
 */
import type { SamplingDefaults } from "../protocol/chat.ts";
import {
  hidesTextBesideThought,
  type ThinkingSwitch,
  thinkingSwitch,
  turnsAlternate,
} from "../protocol/chat_template.ts";
import { isRecord } from "../protocol/record.ts";

/** One model that the upstream answers for. */
export interface ModelEntry {
  /** The public name; never a path. */
  id: string;
  /** Further names that clients may use. */
  aliases: string[];
  /** How llama-server itself calls it, which is a path when it was started without --alias. */
  upstreamId: string;
  /** Seconds since 1970. */
  created: number;
  /** Tokens that one slot holds; null when the upstream does not say. */
  context: number | null;
  /** Requests that it answers at once; null when the upstream does not say. */
  slots: number | null;
  /** Whether it sees images; true also where the upstream does not say, which then refuses itself. */
  vision: boolean;
  thinking: ThinkingSwitch;
  /** Whether it thinks where a request says nothing of it, as far as that is known. */
  thinksUnasked: boolean;
  /** Whether the chat template refuses turns that do not alternate strictly. */
  alternates: boolean;
  /** Whether the chat template shows one call of a message only. */
  singleCalls: boolean;
  /** Whether the chat template shows no text beside a thought and a call. */
  hidesText: boolean;
  sampling: SamplingDefaults;
  /** Its chat template; empty where the upstream does not say. */
  template: string;
}

/** The object that `/props` answers; empty where the upstream has none. */
export type Props = Record<string, unknown>;

/** The models of the list; an entry without an id is left out. */
export function toModels(list: unknown, props: Props): ModelEntry[] {
  const data = isRecord(list) && Array.isArray(list.data) ? list.data.filter(isRecord) : [];
  // A router lists many models and its /props tell of none of them.
  const only = data.length === 1 && props.role !== "router";
  return data.flatMap((entry) => {
    const { id, created, aliases, meta } = entry;
    if (typeof id !== "string" || id === "") return [];
    const facts = only ? props : {};
    const template = typeof facts.chat_template === "string" ? facts.chat_template : "";
    const names = (Array.isArray(aliases) ? aliases : []).filter((name) =>
      typeof name === "string" && name !== id
    );
    return [{
      id: publicName(id),
      aliases: names.map(publicName),
      upstreamId: id,
      created: typeof created === "number" ? created : 0,
      context: contextOf(facts) ?? (isRecord(meta) ? positive(meta.n_ctx) : null),
      slots: positive(facts.total_slots),
      vision: isRecord(facts.modalities) ? facts.modalities.vision === true : true,
      thinking: thinkingSwitch(template),
      thinksUnasked: true,
      // Unknown templates get what every template accepts.
      alternates: template === "" || turnsAlternate(template),
      singleCalls: isRecord(facts.chat_template_caps) &&
        facts.chat_template_caps.supports_parallel_tool_calls === false,
      hidesText: hidesTextBesideThought(template),
      sampling: samplingOf(facts),
      template,
    }];
  });
}

/** `/models/Qwen3-4B-Q4_K_M.gguf` → `Qwen3-4B-Q4_K_M`; a name with a single slash is no path. */
export function publicName(id: string): string {
  const isPath = /\.gguf$/i.test(id) || /^(?:~|\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(id);
  if (!isPath) return id;
  const base = id.split(/[\\/]/).at(-1) ?? id;
  return base.replace(/\.gguf$/i, "") || "model";
}

function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function contextOf(props: Props): number | null {
  const settings = props.default_generation_settings;
  return isRecord(settings) ? positive(settings.n_ctx) : null;
}

function samplingOf(props: Props): SamplingDefaults {
  const settings = isRecord(props.default_generation_settings)
    ? props.default_generation_settings
    : {};
  const params = isRecord(settings.params) ? settings.params : {};
  // llama-server keeps these as 32-bit floats: 0.800000011920929 is 0.8.
  const number = (value: unknown, otherwise: number) =>
    typeof value === "number" ? Number(value.toPrecision(6)) : otherwise;
  return {
    temperature: number(params.temperature, 0.8),
    topP: number(params.top_p, 0.95),
    presencePenalty: number(params.presence_penalty, 0),
    frequencyPenalty: number(params.frequency_penalty, 0),
  };
}
