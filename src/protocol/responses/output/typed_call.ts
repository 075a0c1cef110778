/**
 * Calls of tools that clients know by their type, from the arguments of the functions that stand
 * for them (tools/typed_tools.ts).
 */
import { isRecord } from "../../record.ts";
import { argumentsText } from "../../tool_arguments.ts";
import type { TypedForm } from "../tools/call_form.ts";
import type { ItemStatus, TypedCallItem } from "./item_types.ts";

interface CallHead {
  id: string;
  status: ItemStatus;
  call_id: string;
}

/** The item of a call; `args` is the text of a JSON object, empty or cut off while it is written. */
export function typedCall(
  kind: TypedForm["kind"],
  head: CallHead,
  args: string,
): TypedCallItem {
  const fields = fieldsOf(head.status === "completed" ? argumentsText(args) : args);
  switch (kind) {
    case "tool_search":
      return { type: "tool_search_call", ...head, execution: "client", arguments: fields };
    case "local_shell": {
      const { command, commands, env = {}, ...others } = fields;
      const program = asProgram(command ?? commands);
      const action = { type: "exec" as const, ...others, command: program, env };
      return { type: "local_shell_call", ...head, action };
    }
    case "shell": {
      const { command, commands, timeout_ms = null, max_output_length = null, ...others } = fields;
      const lines = asLines(commands ?? command);
      const action = { ...others, commands: lines, timeout_ms, max_output_length };
      return { type: "shell_call", ...head, action, environment: null };
    }
    case "apply_patch":
      return { type: "apply_patch_call", ...head, operation: fields };
  }
}

function fieldsOf(args: string): Record<string, unknown> {
  try {
    const value = JSON.parse(args);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Small models write a command line where a list of arguments is wanted. */
function asProgram(command: unknown): unknown {
  return typeof command === "string" ? ["bash", "-lc", command] : command ?? [];
}

function asLines(commands: unknown): unknown {
  return typeof commands === "string" ? [commands] : commands ?? [];
}
