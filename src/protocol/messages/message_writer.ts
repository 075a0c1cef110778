/**
 * The events of a response as those of a Messages stream. Pure.
 *
 * `message_start` waits for the prompt's counts, which clients take from there; every block that was
 * begun is ended, because Claude Code loses one that is not (2.1.330).
 */
import type { PromptProgress } from "../chat.ts";
import type { ApiError } from "../error.ts";
import { anthropicErrorBody } from "./error.ts";
import type { Asides, EventWriter } from "../responses/output/event_writer.ts";
import type { OutputItem } from "../responses/output/item_types.ts";
import type { ResponseObject } from "../responses/output/response.ts";
import type { Trim } from "./parameters.ts";
import { messageEnd, type MessageFacts, messageId, messageUsage, promptUsage } from "./message.ts";

/** A block that is being told. */
interface OpenBlock {
  index: number;
  /** What stands before a delta's text; behind it only brackets follow. */
  head: string;
  /** For arguments that are told when they are whole: what was told cannot be taken back. */
  trim: Trim | null;
}

export function messageWriter(facts: MessageFacts): Asides & { event: EventWriter } {
  let response: ResponseObject | null = null;
  let started = false;
  let opened = false;
  let blocks = 0;
  let open: OpenBlock | null = null;
  let thought = "";

  function start(prompt: PromptProgress | null): string {
    if (started || response === null) return "";
    started = true;
    const { model } = response;
    return sse("message_start", {
      message: {
        ...{ id: messageId(response), type: "message", role: "assistant", model, content: [] },
        ...{ stop_reason: null, stop_sequence: null, usage: promptUsage(prompt) },
      },
    });
  }

  function begin(content_block: object, delta: string, field: string, trim: Trim | null = null) {
    const index = blocks++;
    const empty = sse("content_block_delta", { index, delta: { type: delta, [field]: "" } });
    open = { index, head: empty.slice(0, -'""}}\n\n'.length), trim };
    return start(null) + sse("content_block_start", { index, content_block });
  }

  function grow(delta: string): string {
    return open === null ? "" : `${open.head}${JSON.stringify(delta)}}}\n\n`;
  }

  function end(): string {
    if (open === null) return "";
    const { index } = open;
    open = null;
    return sse("content_block_stop", { index });
  }

  function beginItem(item: OutputItem): string {
    if (item.type === "reasoning") {
      thought = "";
      const block = { type: "thinking", thinking: "", signature: "" };
      return begin(block, "thinking_delta", "thinking");
    }
    if (item.type !== "function_call") return "";
    const block = { type: "tool_use", id: item.call_id, name: item.name, input: {} };
    return begin(block, "input_json_delta", "partial_json", facts.trimmer(item.name));
  }

  function endItem(item: OutputItem): string {
    if (item.type !== "reasoning" || open === null) return end();
    const delta = { type: "signature_delta", signature: facts.sign(thought) };
    return sse("content_block_delta", { index: open.index, delta }) + end();
  }

  function think(delta: string): string {
    thought += delta;
    return facts.hidesThinking ? "" : grow(delta);
  }

  function finish(last: ResponseObject): string {
    const usage = messageUsage(last.usage);
    const cut = last.output.at(-1);
    // Half of a call is told as it is: the client sees that it cannot be read.
    const rest = open?.trim && cut?.type === "function_call" ? grow(cut.arguments) : "";
    return start(null) + rest + end() +
      sse("message_delta", { delta: messageEnd(last, facts), usage }) + sse("message_stop", {});
  }

  return {
    prompt: start,
    failure: (error: ApiError) => sse("error", anthropicErrorBody(error, null)),
    event(event) {
      switch (event.type) {
        case "response.created":
          response = event.response;
          return "";
        case "response.in_progress":
          if (opened) return PING;
          opened = true;
          return "";
        case "response.output_item.added":
          return beginItem(event.item);
        case "response.output_item.done":
          return endItem(event.item);
        case "response.content_part.added":
          return event.part.type === "reasoning_text"
            ? ""
            : begin({ type: "text", text: "" }, "text_delta", "text");
        case "response.content_part.done":
          return event.part.type === "reasoning_text" ? "" : end();
        case "response.output_text.delta":
        case "response.refusal.delta":
          return grow(event.delta);
        case "response.function_call_arguments.delta":
          return open?.trim ? "" : grow(event.delta);
        case "response.function_call_arguments.done":
          return open?.trim ? grow(open.trim(event.arguments)) : "";
        case "response.reasoning_text.delta":
          return think(event.delta);
        case "response.completed":
        case "response.incomplete":
          return finish(event.response);
        default:
          return "";
      }
    },
  };
}

const PING = sse("ping", {});

function sse(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
