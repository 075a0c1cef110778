/**
 * The items of a response while the model writes them: each opens, grows and closes by events.
 */
import type { Emit } from "./events.ts";
import type {
  ItemStatus,
  MessageItem,
  OutputItem,
  ReasoningItem,
  RefusalPart,
  TextPart,
  TokenLogprob,
} from "./item_types.ts";

/** An item that is being written. */
export interface OpenItem {
  /** The item as it stands now. */
  snapshot(status: ItemStatus): OutputItem;
  /** Sends what ends the item and gives it back finished. */
  close(status: ItemStatus): OutputItem;
}

export interface OpenReasoning extends OpenItem {
  kind: "reasoning";
  append(delta: string): void;
}

export interface OpenMessage extends OpenItem {
  kind: "message";
  appendText(delta: string, logprobs: TokenLogprob[]): void;
  appendRefusal(delta: string): void;
}

/** How thinking is told: as a summary, which every client shows, or as raw text (apis.md 1.4). */
export type ReasoningDialect = "summary" | "text";

/** Where an item stands and what hears of it. */
export interface Place {
  id: string;
  outputIndex: number;
  emit: Emit;
}

/**
 * Opens a reasoning item. Either dialect ends with the text in the item's `content`.
 *
 * @param seal seals the text for `encrypted_content`; null where the client did not ask for it
 */
export function openReasoning(
  place: Place,
  dialect: ReasoningDialect,
  seal: ((text: string) => string) | null,
): OpenReasoning {
  const { id, outputIndex: output_index, emit } = place;
  const summary = dialect === "summary";
  const here = { item_id: id, output_index };
  let text = "";

  const snapshot = (status: ItemStatus): ReasoningItem => ({
    type: "reasoning",
    id,
    status,
    summary: summary && text !== "" ? [{ type: "summary_text", text }] : [],
    content: text !== "" ? [{ type: "reasoning_text", text }] : [],
  });

  emit({ type: "response.output_item.added", output_index, item: snapshot("in_progress") });
  if (summary) {
    emit({
      type: "response.reasoning_summary_part.added",
      ...here,
      summary_index: 0,
      part: { type: "summary_text", text: "" },
    });
  } else {
    emit({
      type: "response.content_part.added",
      ...here,
      content_index: 0,
      part: { type: "reasoning_text", text: "" },
    });
  }
  return {
    kind: "reasoning",
    append(delta) {
      text += delta;
      if (summary) {
        emit({ type: "response.reasoning_summary_text.delta", ...here, summary_index: 0, delta });
      } else {
        emit({ type: "response.reasoning_text.delta", ...here, content_index: 0, delta });
      }
    },
    snapshot,
    close(status) {
      if (summary) {
        const at = { ...here, summary_index: 0 };
        emit({ type: "response.reasoning_summary_text.done", ...at, text });
        const part = { type: "summary_text" as const, text };
        emit({ type: "response.reasoning_summary_part.done", ...at, part });
      } else {
        const at = { ...here, content_index: 0 };
        emit({ type: "response.reasoning_text.done", ...at, text });
        const part = { type: "reasoning_text" as const, text };
        emit({ type: "response.content_part.done", ...at, part });
      }
      const item = {
        ...snapshot(status),
        ...(seal !== null && text !== "" && { encrypted_content: seal(text) }),
      };
      emit({ type: "response.output_item.done", output_index, item });
      return item;
    },
  };
}

/** Opens an assistant message. Its parts open with their first delta. */
export function openMessage({ id, outputIndex: output_index, emit }: Place): OpenMessage {
  const parts: (TextPart | RefusalPart)[] = [];
  const here = { item_id: id, output_index };

  const snapshot = (status: ItemStatus): MessageItem => ({
    type: "message",
    id,
    status,
    role: "assistant",
    content: parts.map(copyOf),
  });

  function closePart(): void {
    const part = parts.at(-1);
    if (part === undefined) return;
    const at = { ...here, content_index: parts.length - 1 };
    if (part.type === "refusal") {
      emit({ type: "response.refusal.done", ...at, refusal: part.refusal });
    } else {
      const { text, logprobs } = part;
      emit({ type: "response.output_text.done", ...at, text, logprobs });
    }
    emit({ type: "response.content_part.done", ...at, part: copyOf(part) });
  }

  function openPart<P extends TextPart | RefusalPart>(part: P): P {
    closePart();
    parts.push(part);
    const content_index = parts.length - 1;
    emit({ type: "response.content_part.added", ...here, content_index, part: copyOf(part) });
    return part;
  }

  emit({ type: "response.output_item.added", output_index, item: snapshot("in_progress") });
  return {
    kind: "message",
    appendText(delta, logprobs) {
      let part = parts.at(-1);
      if (part?.type !== "output_text") {
        part = openPart({ type: "output_text", text: "", annotations: [], logprobs: [] });
      }
      part.text += delta;
      part.logprobs.push(...logprobs);
      const content_index = parts.length - 1;
      emit({ type: "response.output_text.delta", ...here, content_index, delta, logprobs });
    },
    appendRefusal(delta) {
      let part = parts.at(-1);
      if (part?.type !== "refusal") part = openPart({ type: "refusal", refusal: "" });
      part.refusal += delta;
      const content_index = parts.length - 1;
      emit({ type: "response.refusal.delta", ...here, content_index, delta });
    },
    snapshot,
    close(status) {
      closePart();
      const item = snapshot(status);
      emit({ type: "response.output_item.done", output_index, item });
      return item;
    },
  };
}

/** A part as it stands now; the original grows. */
function copyOf<P extends TextPart | RefusalPart>(part: P): P {
  return part.type === "refusal" ? { ...part } : { ...part, logprobs: part.logprobs.slice() };
}
