/**
 * What a response is made of: the items that a local model can cause, as openai 7.57 declares them.
 */

export interface TextPart {
  type: "output_text";
  text: string;
  annotations: unknown[];
  logprobs: TokenLogprob[];
}

export interface RefusalPart {
  type: "refusal";
  refusal: string;
}

/** One token's log probability; the shape of Open Responses' `LogProb`. */
export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes: number[];
  top_logprobs: { token: string; logprob: number; bytes: number[] }[];
}

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface ReasoningItem {
  type: "reasoning";
  id: string;
  status: ItemStatus;
  summary: { type: "summary_text"; text: string }[];
  content: { type: "reasoning_text"; text: string }[];
  /** The text once more, sealed; where the client asked for it. */
  encrypted_content?: string;
}

export interface MessageItem {
  type: "message";
  id: string;
  status: ItemStatus;
  role: "assistant";
  content: (TextPart | RefusalPart)[];
}

interface Call {
  id: string;
  status: ItemStatus;
  call_id: string;
}

export interface FunctionCallItem extends Call {
  type: "function_call";
  name: string;
  /** Only for a function that was declared in one. */
  namespace?: string;
  arguments: string;
}

/** A call of a custom tool, with the raw text that it is given. */
export interface CustomCallItem extends Call {
  type: "custom_tool_call";
  name: string;
  namespace?: string;
  input: string;
}

export interface ToolSearchCallItem extends Call {
  type: "tool_search_call";
  execution: "client";
  arguments: unknown;
}

export interface LocalShellCallItem extends Call {
  type: "local_shell_call";
  action: { type: "exec"; command: unknown; env: unknown };
}

export interface ShellCallItem extends Call {
  type: "shell_call";
  action: { commands: unknown; timeout_ms: unknown; max_output_length: unknown };
  environment: null;
}

export interface ApplyPatchCallItem extends Call {
  type: "apply_patch_call";
  operation: Record<string, unknown>;
}

/** A conversation as a sealed summary. */
export interface CompactionItem {
  type: "compaction";
  id: string;
  encrypted_content: string;
}

/** A call of a tool that clients know by its type. */
export type TypedCallItem =
  | ToolSearchCallItem
  | LocalShellCallItem
  | ShellCallItem
  | ApplyPatchCallItem;

export type OutputItem =
  | ReasoningItem
  | MessageItem
  | FunctionCallItem
  | CustomCallItem
  | TypedCallItem
  | CompactionItem;
