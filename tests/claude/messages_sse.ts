/** An answer as a stream of Anthropic's Messages, in the least form that Claude Code accepts. */

import type { Answer } from "./answer.ts";

/**
 * The text of the stream; that of a silent answer has no end.
 *
 * @param number tells one answer's ids from another's
 */
export function messageStream(answer: Answer, number: number): string {
  const message = {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model: "tiny",
    content: [],
    stop_reason: null,
    usage: { input_tokens: 0, output_tokens: 0 },
  };
  const start = event("message_start", { message });
  if ("silence" in answer) return start;
  const reason = "text" in answer ? "end_turn" : "tool_use";
  return [
    start,
    ...("text" in answer ? textBlock(answer.text) : callBlock(answer, `toolu_${number}`)),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: reason },
      usage: { input_tokens: 11, output_tokens: 5 },
    }),
    event("message_stop", {}),
  ].join("");
}

function textBlock(text: string): string[] {
  return [
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  ];
}

function callBlock({ call, input }: Extract<Answer, { call: string }>, id: string): string[] {
  const block = { type: "tool_use", id, name: call, input: {} };
  const json = JSON.stringify(input);
  const pieces = [json.slice(0, 5), json.slice(5)];
  return [
    event("content_block_start", { index: 0, content_block: block }),
    ...pieces.map((partial_json) =>
      event("content_block_delta", { index: 0, delta: { type: "input_json_delta", partial_json } })
    ),
  ];
}

function event(type: string, fields: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
