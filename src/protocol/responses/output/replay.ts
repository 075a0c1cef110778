/**
 * A finished response told once more as a stream: the same items, each in one piece. Pure.
 */
import type { Emit } from "./events.ts";
import type { MessageItem, OutputItem, ReasoningItem } from "./item_types.ts";
import type { ResponseObject } from "./response.ts";

/** Tells a response from its beginning to its end. */
export function replay(response: ResponseObject, emit: Emit): void {
  const started: ResponseObject = {
    ...response,
    status: "in_progress",
    output: [],
    usage: null,
    error: null,
    incomplete_details: null,
    completed_at: null,
  };
  emit({ type: "response.created", response: started });
  emit({ type: "response.in_progress", response: started });
  for (const [output_index, item] of response.output.entries()) {
    replayItem(item, output_index, emit);
  }
  emit({ type: lastType(response), response });
}

/** The event that ends a response; a cancelled one, which has none of its own, is not complete. */
export function lastType({ status }: ResponseObject) {
  if (status === "completed") return "response.completed";
  return status === "failed" ? "response.failed" : "response.incomplete";
}

function replayItem(item: OutputItem, output_index: number, emit: Emit): void {
  const here = { item_id: item.id, output_index };
  emit({ type: "response.output_item.added", output_index, item: begun(item) });
  if (item.type === "message") replayMessage(item, here, emit);
  if (item.type === "reasoning") replayReasoning(item, here, emit);
  // A call that was cut is never done: clients run what is.
  const cut = "call_id" in item && item.status === "incomplete";
  if (item.type === "function_call") {
    const { name, arguments: args } = item;
    if (args !== "") {
      emit({ type: "response.function_call_arguments.delta", ...here, delta: args });
    }
    if (!cut) {
      emit({ type: "response.function_call_arguments.done", ...here, name, arguments: args });
    }
  }
  if (item.type === "custom_tool_call" && !cut) {
    const { input } = item;
    if (input !== "") {
      emit({ type: "response.custom_tool_call_input.delta", ...here, delta: input });
    }
    emit({ type: "response.custom_tool_call_input.done", ...here, input });
  }
  if (!cut) emit({ type: "response.output_item.done", output_index, item });
}

/** An item as it was when it opened. */
function begun(item: OutputItem): OutputItem {
  switch (item.type) {
    case "message":
      return { ...item, status: "in_progress", content: [] };
    case "reasoning":
      return { ...item, status: "in_progress", content: [], summary: [] };
    case "function_call":
      return { ...item, status: "in_progress", arguments: "" };
    case "custom_tool_call":
      return { ...item, status: "in_progress", input: "" };
    case "compaction":
      return item;
    default:
      return { ...item, status: "in_progress" };
  }
}

type Here = { item_id: string; output_index: number };

function replayMessage({ content }: MessageItem, here: Here, emit: Emit): void {
  for (const [content_index, part] of content.entries()) {
    const at = { ...here, content_index };
    if (part.type === "refusal") {
      const { refusal } = part;
      const empty = { type: "refusal" as const, refusal: "" };
      emit({ type: "response.content_part.added", ...at, part: empty });
      emit({ type: "response.refusal.delta", ...at, delta: refusal });
      emit({ type: "response.refusal.done", ...at, refusal });
    } else {
      const { text, logprobs } = part;
      const empty = { ...part, text: "", logprobs: [] };
      emit({ type: "response.content_part.added", ...at, part: empty });
      emit({ type: "response.output_text.delta", ...at, delta: text, logprobs });
      emit({ type: "response.output_text.done", ...at, text, logprobs });
    }
    emit({ type: "response.content_part.done", ...at, part });
  }
}

/** In the dialect in which it was told: a summary where there is one. */
function replayReasoning({ summary, content }: ReasoningItem, here: Here, emit: Emit): void {
  for (const [summary_index, part] of summary.entries()) {
    const at = { ...here, summary_index };
    const { text } = part;
    emit({ type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } });
    emit({ type: "response.reasoning_summary_text.delta", ...at, delta: text });
    emit({ type: "response.reasoning_summary_text.done", ...at, text });
    emit({ type: "response.reasoning_summary_part.done", ...at, part });
  }
  if (summary.length > 0) return;
  for (const [content_index, part] of content.entries()) {
    const at = { ...here, content_index };
    const { text } = part;
    emit({ type: "response.content_part.added", ...at, part: { ...part, text: "" } });
    emit({ type: "response.reasoning_text.delta", ...at, delta: text });
    emit({ type: "response.reasoning_text.done", ...at, text });
    emit({ type: "response.content_part.done", ...at, part });
  }
}
