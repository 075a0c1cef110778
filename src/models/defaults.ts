/** What a model does where a request says nothing. Pure. */

import { thinkingSwitch } from "../protocol/chat_template.ts";
import { type Family, familyOf, sizeIn } from "./families.ts";
import type { GgufHeader } from "./gguf_header.ts";
import type { Model } from "./model.ts";
import { firstSaid, type Sampling } from "./sampling.ts";

/** What the configuration says of it. */
export interface DefaultSettings {
  readonly thinking: "auto" | "on" | "off";
  readonly templateFile: string | null;
  readonly sampling: Sampling;
}

/** What is told to llama-server at its start. */
export interface ModelDefaults {
  sampling: Sampling;
  /** Null leaves it to the template. */
  thinking: "on" | "off" | null;
  /** The name of the family, where it is known. */
  family: string | null;
}

/**
 * The settings before what the file itself recommends, and that before what suits the family. Where
 * there is nothing to draw, as in an embedding model, nothing is said.
 */
export function defaultsOf(
  model: Pick<Model, "name" | "header" | "can">,
  settings: DefaultSettings | null,
): ModelDefaults {
  const { name, header, can } = model;
  if (header === null || !can.includes("chat")) {
    return { sampling: {}, thinking: null, family: null };
  }
  const family = familyOf([name, header.name, header.basename]);
  return {
    sampling: firstSaid(settings?.sampling ?? {}, header.sampling, family?.sampling ?? {}),
    thinking: thinkingOf({ name, header, family }, settings),
    family: family?.name ?? null,
  };
}

/** Only where the template has a switch; what another template has, is not known here. */
function thinkingOf(
  { name, header, family }: { name: string; header: GgufHeader; family: Family | null },
  settings: DefaultSettings | null,
): ModelDefaults["thinking"] {
  const template = `${header.chatTemplate ?? ""}\n${header.toolTemplate ?? ""}`;
  const switchable = thinkingSwitch(template) === "enable_thinking" ||
    (settings?.templateFile ?? null) !== null;
  if (!switchable) return null;
  if (settings !== null && settings.thinking !== "auto") return settings.thinking;
  const size = sizeIn(header.sizeLabel ?? "") ?? header.parameters ?? sizeIn(name);
  return size !== null && size < (family?.thinksFrom ?? 0) ? "off" : null;
}
