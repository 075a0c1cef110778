/** What `claude -p --output-format stream-json` prints, named as Claude Code 2.1.330 names it. */

/** A part of a message. Which fields there are depends on `type`. */
export interface ClaudeBlock {
  /** `text`, `thinking`, `tool_use`, `tool_result` and more. */
  readonly type: string;
  /** Of texts. */
  readonly text?: string;
  /** Of thoughts. */
  readonly thinking?: string;
  /** Of calls. */
  readonly id?: string;
  readonly name?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  /** Of results: the call's id. */
  readonly tool_use_id?: string;
  readonly content?: string | readonly ClaudeBlock[];
  readonly is_error?: boolean;
}

/** One line. */
export interface ClaudeEvent {
  /** `system`, `assistant`, `user` or, last, `result`. */
  readonly type: string;
  /** Of `system`: `init` and more; of `result`: `success`, or which failure. */
  readonly subtype?: string;
  /** Of `assistant` and `user`: each block comes in an event of its own. */
  readonly message?: { readonly content: string | readonly ClaudeBlock[] };
  /** Of `result`: the final text, or what went wrong. */
  readonly result?: string;
  readonly is_error?: boolean;
  /** Of `stream_event`, with `--include-partial-messages`: what Claude Code heard. */
  readonly event?: { readonly type: string };
  /** Of `result` with `--json-schema`. */
  readonly structured_output?: unknown;
}

/** A tool that the model called, as Claude Code ran it. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The text that the model is told; null when there is no result. */
  readonly result: string | null;
  readonly failed: boolean;
}

/** The calls with their results, in the order of the calls. */
export function toolCalls(events: readonly ClaudeEvent[]): ToolCall[] {
  const results = new Map(
    blocks(events, "user").flatMap((block) => {
      const { type, tool_use_id: id } = block;
      return type === "tool_result" && id !== undefined ? [[id, block] as const] : [];
    }),
  );
  return blocks(events, "assistant").filter(({ type }) => type === "tool_use").map(
    ({ id = "", name = "", input = {} }) => {
      const result = results.get(id);
      const text = result === undefined ? null : textOf(result.content);
      return { name, input, result: text, failed: result?.is_error ?? false };
    },
  );
}

/** The last words of a run, be they the model's or a failure's; null when it was cut off. */
export function finalText(events: readonly ClaudeEvent[]): string | null {
  return events.findLast(({ type }) => type === "result")?.result ?? null;
}

/** The text of a content: its own, or that of its parts. */
export function textOf(content: string | readonly ClaudeBlock[] = ""): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

/** What the model thought, in the order of its thoughts. */
export function thoughts(events: readonly ClaudeEvent[]): (string | undefined)[] {
  return blocks(events, "assistant").filter(({ type }) => type === "thinking")
    .map(({ thinking }) => thinking);
}

function blocks(events: readonly ClaudeEvent[], type: string): ClaudeBlock[] {
  return events.flatMap(({ type: each, message }) =>
    each === type && Array.isArray(message?.content) ? message.content : []
  );
}
