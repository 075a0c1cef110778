/**
 * Input items as the steps of a conversation: what each one says, before they form turns.
 */
import type { ChatPart } from "../../chat.ts";
import {
  isKnown,
  isMessage,
  type Item,
  type KnownItem,
  type MessageItem,
  type ReasoningItem,
} from "./items.ts";
import { argumentsText, jsonText, rawArguments } from "../../tool_arguments.ts";
import type { Part } from "./parts.ts";
import { chatParts, plainText } from "./parts_chat.ts";
import { summarySteps } from "../compaction.ts";
import { standingIn } from "../replacement.ts";
import { CUSTOM_FIELD } from "../tools/call_form.ts";
import { type Context, label, note } from "../translation_context.ts";
import type { CallStep, OutputStep, Step } from "./step_types.ts";
import { anyText, typedSteps } from "./typed_steps.ts";

/**
 * The steps of an item: none where it says nothing or is left out (with a note), two for a hosted
 * call that carries its result.
 *
 * @throws {ApiError} 400 for images and files that cannot be used.
 */
function itemSteps(item: Item, param: string, context: Context): Step[] {
  if (isMessage(item)) return messageSteps(item, `${param}.content`, context);
  if (isKnown(item)) return knownSteps(item, param, context);
  note(context, "item_dropped", param, `An item of type "${label(item.type)}" was left out.`);
  return [];
}

function messageSteps(item: MessageItem, param: string, context: Context): Step[] {
  if (item.role === "user") {
    const parts = chatParts(item.content, param, "user", context);
    return parts.length === 0 ? [] : [{ kind: "user", parts }];
  }
  const text = plainText(chatParts(item.content, param, "text", context));
  if (text === "") return [];
  return [{ kind: item.role === "assistant" ? "assistant" : "system", text }];
}

function knownSteps(item: KnownItem, param: string, context: Context): Step[] {
  const called = (key: string | null | undefined, name: string, text: string): CallStep =>
    call(key, name, text, param, context);
  const returned = (key: string | null | undefined, output: string | Part[] | null | undefined) =>
    outputStep(key, chatParts(output, `${param}.output`, "tool", context), param);
  // A hosted call carries its result, so that the two need a key that nobody else has.
  const hosted = `hosted ${param}`;
  switch (item.type) {
    case "function_call":
      return [
        called(item.call_id, context.nameOf(item.namespace, item.name), item.arguments ?? ""),
      ];
    case "custom_tool_call":
      return [called(
        item.call_id,
        context.nameOf(item.namespace, item.name),
        rawArguments(CUSTOM_FIELD, item.input ?? ""),
      )];
    case "function_call_output":
    case "custom_tool_call_output":
      return [returned(item.call_id, item.output)];
    case "mcp_call":
      return [
        called(hosted, item.name, item.arguments ?? ""),
        returned(hosted, item.output ?? anyText(item.error, `${param}.error`)),
      ];
    case "file_search_call":
      return [
        called(hosted, "file_search", jsonText({ queries: item.queries }, `${param}.queries`)),
        returned(hosted, anyText(item.results, `${param}.results`)),
      ];
    case "reasoning":
      return reasoningSteps(item, param, context);
    case "compaction":
      return summarySteps(item, param, context);
    case "additional_tools":
      // Declares tools and says nothing; read with the request's own tools.
      return [];
    case "compaction_trigger":
      note(context, "item_dropped", param, "A compaction_trigger counts at the end only.");
      return [];
    default:
      return typedSteps(item, param, context, { called, returned });
  }
}

function call(
  key: string | null | undefined,
  name: string,
  text: string,
  param: string,
  context: Context,
): CallStep {
  const repaired = argumentsText(text);
  if (repaired !== text && text.trim() !== "") {
    const message = "Arguments that are no JSON object were wrapped into one.";
    note(context, "arguments_repaired", `${param}.arguments`, message);
  }
  return { kind: "call", key: key ?? null, name: name.toWellFormed(), arguments: repaired };
}

function outputStep(
  key: string | null | undefined,
  parts: ChatPart[],
  param: string,
): OutputStep {
  return { kind: "output", key: key ?? null, parts, param };
}

/** The model's own words win over a summary of them; then what Chaski itself has sealed. */
function reasoningSteps(
  { content, summary, encrypted_content: sealed }: ReasoningItem,
  param: string,
  context: Context,
): Step[] {
  const text = paragraphs(content) || paragraphs(summary) ||
    (sealed ? context.options.unseal("reasoning", sealed) : "");
  if (text) return [{ kind: "reasoning", text }];
  if (sealed) {
    const message = "Reasoning that is only there in a foreign encrypted form was left out.";
    note(context, "reasoning_dropped", `${param}.encrypted_content`, message);
  }
  return [];
}

function paragraphs(parts: { text?: string | null | undefined }[] | null | undefined): string {
  const texts = (parts ?? []).map((part) => part.text ?? "").filter((text) => text !== "");
  return texts.join("\n\n").toWellFormed();
}

/**
 * The steps of all items that a compaction has not replaced.
 *
 * @param earlier how many items stand before the request's own input
 */
export function inputSteps(items: readonly Item[], earlier: number, context: Context): Step[] {
  const steps: Step[] = [];
  for (const i of standingIn(items, context.options.unseal)) {
    const item = items[i];
    if (item === undefined) continue;
    const param = i < earlier ? `earlier[${i}]` : `input[${i - earlier}]`;
    const said = itemSteps(item, param, context);
    // What the system said is there, so that the item need not repeat it.
    const again = item.type === "compaction" && steps.length > 0;
    steps.push(...(again ? said.filter(({ kind }) => kind !== "system") : said));
  }
  return steps;
}
