/**
 * Control tokens in what people and tools wrote. llama-server turns `<|im_end|>` in a message into
 * the token that ends a turn, and templates cut texts at `</think>`: a file that is about chat
 * templates would take the conversation apart, and a hostile one would lead it.
 *
 * So a word joiner, which nobody sees, parts the first character of such a token from the rest. It
 * is taken out again where the model repeats it, so that files are edited with their own text.
 */
import type { ChatDelta, ChatMessage, ChatPart, ChatTool, ChatToolCall } from "./chat.ts";

const JOINER = "\u2060";

/** `<|word|>`: ChatML, Llama 3, Phi, Kimi, harmony, fill-in-the-middle. */
const BARRED = [
  "im_start im_end im_sep im_user im_assistant im_system im_middle endoftext endofprompt eod_id",
  "begin_of_text end_of_text start_header_id end_header_id eot_id eom_id python_tag end_of_turn",
  "start end message channel constrain call return system user assistant observation sep pad",
  "tool_calls_section_begin tool_calls_section_end tool_call_begin tool_call_end",
  "tool_call_argument_begin vision_start vision_end image_pad video_pad",
  "fim_prefix fim_middle fim_suffix",
];
/** `<｜word｜>`: DeepSeek. */
const WIDE_BARRED = [
  "begin▁of▁sentence end▁of▁sentence User Assistant EOT tool▁sep",
  "tool▁calls▁begin tool▁calls▁end tool▁call▁begin tool▁call▁end",
  "tool▁outputs▁begin tool▁outputs▁end tool▁output▁begin tool▁output▁end",
];
/** Qwen, GLM, Gemma, Mistral, Llama 2. */
const OTHERS = [
  "<think> </think> <tool_call> </tool_call> <tool_response> </tool_response>",
  "<arg_key> </arg_key> <arg_value> </arg_value> [gMASK] <sop> <bos> <eos> <s> </s>",
  '<start_of_turn> <end_of_turn> <|turn> <turn|> <|tool_call> <tool_call|> <|"|>',
  "[INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS]",
  "[TOOL_CALLS] [CALL_ID] [ARGS] [TOOL_RESULTS] [/TOOL_RESULTS] [THINK] [/THINK]",
];

/**
 * Words that are control tokens for some family of models. Which of them a model really knows,
 * llama-server's tokenizer tells; all of them count where it cannot be asked.
 */
export const CONTROL_WORDS: readonly string[] = [
  ...words(BARRED).map((word) => `<|${word}|>`),
  ...words(WIDE_BARRED).map((word) => `<｜${word}｜>`),
  ...words(OTHERS),
];

function words(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}

/** The control words that a chat template itself writes, or cuts texts at. */
export function wordsOfTemplate(template: string): string[] {
  return [
    ...new Set(template.match(/<\|[\w▁-]{1,40}\|>|<｜[^｜<>\s]{1,40}｜>|<\/?think(?:ing)?>/g)),
  ];
}

/** Finds any of the words; null for none. */
export function controlPattern(words: readonly string[]): RegExp | null {
  if (words.length === 0) return null;
  const longestFirst = words.toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((word) => RegExp.escape(word)).join("|"), "g");
}

/** Parts control words in the texts of one request. */
export interface ControlGuard {
  messages(messages: ChatMessage[]): ChatMessage[];
  tools(tools: ChatTool[]): ChatTool[];
  /** Whether there were any: then the model's answer may repeat the joiners. */
  used(): boolean;
}

/** Makes the guard of one request. */
export function controlGuard(pattern: RegExp | null): ControlGuard {
  let used = false;

  function guard(text: string): string {
    if (pattern === null) return text;
    return text.replace(pattern, (word) => {
      used = true;
      return word.charAt(0) + JOINER + word.slice(1);
    });
  }

  function guardContent(content: string | ChatPart[]): string | ChatPart[] {
    if (typeof content === "string") return guard(content);
    return content.map((part) => part.type === "text" ? { ...part, text: guard(part.text) } : part);
  }

  function guardCall({ id, type, function: { name, arguments: args } }: ChatToolCall) {
    return { id, type, function: { name, arguments: guard(args) } };
  }

  /** Names are plain already, and come back in calls. */
  function guardTool(tool: ChatTool): ChatTool {
    const { name, ...others } = tool.function;
    const text = pattern === null ? "" : JSON.stringify(others);
    const guarded = guard(text);
    return guarded === text ? tool : { ...tool, function: { name, ...JSON.parse(guarded) } };
  }

  function guardMessage(message: ChatMessage): ChatMessage {
    if (message.role === "system") return { ...message, content: guard(message.content) };
    if (message.role !== "assistant") {
      return { ...message, content: guardContent(message.content) };
    }
    const { content, reasoning_content, tool_calls } = message;
    return {
      ...message,
      content: content === null ? null : guard(content),
      ...(reasoning_content !== undefined && { reasoning_content: guard(reasoning_content) }),
      ...(tool_calls !== undefined && { tool_calls: tool_calls.map(guardCall) }),
    };
  }

  return {
    used: () => used,
    messages: (messages) => pattern === null ? messages : messages.map(guardMessage),
    tools: (tools) => tools.map(guardTool),
  };
}

/** Takes the joiners out of one text, piece by piece. */
function unguarder(): (text: string) => string {
  let last = "";
  return (text) => {
    const before = last;
    last = text.at(-1) ?? last;
    if (!text.includes(JOINER)) return text;
    const whole = (before + text).replace(/([<[])\u2060/g, "$1");
    return whole.slice(before.length);
  };
}

/** A delta of the model without the joiners. */
export function deltaUnguarder(): (delta: ChatDelta) => ChatDelta {
  const content = unguarder();
  const reasoning = unguarder();
  const args = unguarder();
  return (delta) => ({
    ...delta,
    ...(delta.content && { content: content(delta.content) }),
    ...(delta.reasoning_content && { reasoning_content: reasoning(delta.reasoning_content) }),
    ...(delta.tool_calls && {
      tool_calls: delta.tool_calls.map((call) => {
        const text = call.function?.arguments;
        return text ? { ...call, function: { ...call.function, arguments: args(text) } } : call;
      }),
    }),
  });
}
