/** What a model can do, as far as its header tells. Pure. */

import { thinkingSwitch } from "../protocol/chat_template.ts";
import type { GgufHeader, ProjectorFacts } from "./gguf_header.ts";

/** What a model can be used for. */
export type Capability = "chat" | "tools" | "thinking" | "vision" | "audio" | "embed" | "rerank";

/** In the order in which they are told; `projector` is the one that stands beside the model. */
export function capabilitiesOf(
  header: GgufHeader,
  projector: ProjectorFacts | null,
): Capability[] {
  const only = onlyUse(header);
  if (only !== null) return [only];
  const templates = `${header.chatTemplate ?? ""}\n${header.toolTemplate ?? ""}`;
  const found: [Capability, boolean][] = [
    ["chat", true],
    ["tools", /tools\b|\btool_calls\b|(["'])tool\1/.test(templates)],
    ["thinking", thinks(templates)],
    ["vision", projector?.vision ?? false],
    ["audio", projector?.audio ?? false],
  ];
  return found.flatMap(([capability, there]) => there ? [capability] : []);
}

/** The one use of a model that does not write. */
export function onlyUse(
  { pooling, architecture }: Pick<GgufHeader, "pooling" | "architecture">,
): "embed" | "rerank" | null {
  if (pooling === "rank") return "rerank";
  const pools = pooling !== null && pooling !== "none";
  return pools || /bert/.test(architecture) ? "embed" : null;
}

/** A switch for it, or a place for thoughts. */
function thinks(template: string): boolean {
  return thinkingSwitch(template) !== "none" ||
    /<think>|\breasoning_content\b|<\|channel\|>/.test(template);
}
