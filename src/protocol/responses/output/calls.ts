/**
 * Calls while the model writes them, each told in the form of the tool that the client declared.
 */
import { argumentTyper, typedArguments } from "../../argument_types.ts";
import { finishCustomText } from "../../custom_text.ts";
import type { CustomForm, FunctionForm } from "../tools/call_form.ts";
import type { OfferedTool } from "../tools/tool_set.ts";
import { customInput } from "./custom_input.ts";
import type { CustomCallItem, FunctionCallItem, ItemStatus, TypedCallItem } from "./item_types.ts";
import type { OpenItem, Place } from "./items.ts";
import { typedCall } from "./typed_call.ts";

export interface OpenCall extends OpenItem {
  kind: "call";
  /** A piece of the arguments, which are the text of a JSON object. */
  append(delta: string): void;
}

/** A call whose tool is known; `tool` is undefined for one that was never offered. */
export interface NewCall {
  callId: string;
  /** The name as the model said it. */
  name: string;
  tool: OfferedTool | undefined;
}

/** The prefix of an item's id, by the form of its call. */
export function callPrefix(tool: OfferedTool | undefined): CallPrefix {
  return PREFIXES[tool?.form.kind ?? "function"];
}

const PREFIXES = {
  function: "fc",
  custom: "ctc",
  tool_search: "tsc",
  local_shell: "lsh",
  shell: "sh",
  apply_patch: "apc",
} as const;

export type CallPrefix = (typeof PREFIXES)[keyof typeof PREFIXES];

/** Opens a call. What was never offered is told as a function: the client says that it is unknown. */
export function openCall(place: Place, { callId, name, tool }: NewCall): OpenCall {
  const form = tool?.form ?? { kind: "function", name, namespace: null };
  if (form.kind === "function") {
    return openFunctionCall(place, callId, form, tool?.chat.function.parameters);
  }
  if (form.kind === "custom") return openCustomCall(place, callId, form);
  const schema = tool?.chat.function.parameters;
  const head = { id: place.id, call_id: callId };
  return openTypedCall(
    place,
    (status, args) => typedCall(form.kind, { ...head, status }, typedArguments(args, schema)),
  );
}

function inNamespace({ name, namespace }: FunctionForm | CustomForm) {
  return { name, ...(namespace !== null && { namespace }) };
}

function openFunctionCall(
  { id, outputIndex: output_index, emit }: Place,
  callId: string,
  form: FunctionForm,
  schema: unknown,
): OpenCall {
  const here = { item_id: id, output_index };
  const typer = argumentTyper(schema);
  let args = "";

  const itemWith = (status: ItemStatus, text: string): FunctionCallItem => ({
    type: "function_call",
    id,
    status,
    call_id: callId,
    ...inNamespace(form),
    arguments: text,
  });

  function tell(delta: string): void {
    if (delta === "") return;
    args += delta;
    emit({ type: "response.function_call_arguments.delta", ...here, delta });
  }

  emit({ type: "response.output_item.added", output_index, item: itemWith("in_progress", "") });
  return {
    kind: "call",
    append: (delta) => tell(typer === null ? delta : typer.push(delta)),
    snapshot(status) {
      // The last word of a call that was cut: what was held until its type was clear.
      if (status === "incomplete" && typer !== null) tell(typer.end());
      return itemWith(status, args);
    },
    close(status) {
      if (typer !== null) tell(typer.end());
      const { name } = form;
      emit({ type: "response.function_call_arguments.done", ...here, name, arguments: args });
      const item = itemWith(status, args);
      emit({ type: "response.output_item.done", output_index, item });
      return item;
    },
  };
}

/**
 * The text is told when it is whole: only then can it be held against the tool's format and be
 * freed of what small models wrap around it, and what was told cannot be taken back.
 */
function openCustomCall(
  { id, outputIndex: output_index, emit }: Place,
  callId: string,
  form: CustomForm,
): OpenCall {
  const here = { item_id: id, output_index };
  let args = "";

  const itemWith = (status: ItemStatus, input: string): CustomCallItem => ({
    type: "custom_tool_call",
    id,
    status,
    call_id: callId,
    ...inNamespace(form),
    input,
  });

  emit({ type: "response.output_item.added", output_index, item: itemWith("in_progress", "") });
  return {
    kind: "call",
    append: (delta) => void (args += delta),
    snapshot: (status) => itemWith(status, customInput(args)),
    close(status) {
      const input = finishCustomText(customInput(args), form);
      if (input !== "") {
        emit({ type: "response.custom_tool_call_input.delta", ...here, delta: input });
      }
      emit({ type: "response.custom_tool_call_input.done", ...here, input });
      const item = itemWith(status, input);
      emit({ type: "response.output_item.done", output_index, item });
      return item;
    },
  };
}

/** Tools known by their type have no events of their own that clients wait for. */
function openTypedCall(
  { outputIndex: output_index, emit }: Place,
  itemWith: (status: ItemStatus, args: string) => TypedCallItem,
): OpenCall {
  let args = "";
  emit({ type: "response.output_item.added", output_index, item: itemWith("in_progress", "") });
  return {
    kind: "call",
    append: (delta) => void (args += delta),
    snapshot: (status) => itemWith(status, args),
    close(status) {
      const item = itemWith(status, args);
      emit({ type: "response.output_item.done", output_index, item });
      return item;
    },
  };
}
