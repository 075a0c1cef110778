/** What a model does where a request says nothing, as arguments of llama-server. Pure. */

import type { ModelDefaults } from "./defaults.ts";
import { type Sampling, SAMPLING_FIELDS } from "./sampling.ts";

const FLAGS: Readonly<Record<keyof Sampling, string>> = {
  temperature: "--temp",
  top_p: "--top-p",
  top_k: "--top-k",
  min_p: "--min-p",
  presence_penalty: "--presence-penalty",
  repeat_penalty: "--repeat-penalty",
};

/**
 * The arguments; a request's own values win over all of them. What this llama-server does not know
 * is left out.
 *
 * @param supports whether llama-server knows the flag
 */
export function defaultArgs(
  { sampling, thinking }: ModelDefaults,
  supports: (flag: string) => boolean,
): string[] {
  const drawn = SAMPLING_FIELDS.flatMap((field) => {
    const value = sampling[field];
    return value === undefined || !supports(FLAGS[field]) ? [] : [FLAGS[field], String(value)];
  });
  return [...drawn, ...thinkingArgs(thinking, supports)];
}

/**
 * `--reasoning on` would win over a request's `reasoning_effort: "none"` (0.7.0); `auto` thinks as
 * well, and obeys.
 */
function thinkingArgs(
  thinking: ModelDefaults["thinking"],
  supports: (flag: string) => boolean,
): string[] {
  if (thinking === null) return [];
  if (supports("--reasoning")) return ["--reasoning", thinking === "on" ? "auto" : "off"];
  // Before there was that flag; where neither is known, it thinks.
  const kwargs = "--chat-template-kwargs";
  return thinking === "off" && supports(kwargs) ? [kwargs, '{"enable_thinking":false}'] : [];
}
