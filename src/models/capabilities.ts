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
  if (header.pooling === "rank") return ["rerank"];
  const pools = header.pooling !== null && header.pooling !== "none";
  if (pools || /bert/.test(header.architecture)) return ["embed"];
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

/** A switch for it, or a place for thoughts. */
function thinks(template: string): boolean {
  return thinkingSwitch(template) !== "none" ||
    /<think>|\breasoning_content\b|<\|channel\|>/.test(template);
}
