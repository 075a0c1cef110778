/**
 * Tools that OpenAI's models know by their type alone, as functions for a model that does not:
 * what they are offered as. The parameters carry the names of the client's own fields, so that a
 * call and its replay read alike.
 */
import type { ChatTool } from "../../chat.ts";
import type { TypedForm } from "./call_form.ts";

type Offer = ChatTool["function"];

const text = (description: string) => ({ type: "string", description });
const texts = (description: string) => ({ type: "array", items: { type: "string" }, description });
const number = (description: string) => ({ type: "integer", description });

function object(properties: Record<string, unknown>, required: string[]) {
  return { type: "object", properties, required, additionalProperties: false };
}

/** The function for a type; `tool_search` brings its own description and parameters. */
export const TYPED_TOOLS: Readonly<Record<TypedForm["kind"], Offer>> = {
  tool_search: {
    name: "tool_search",
    description: "Searches for further tools; those it finds can be called afterwards.",
    parameters: object({ query: text("What the tool should do") }, ["query"]),
  },
  local_shell: {
    name: "local_shell",
    description: "Runs a program on the user's machine and returns its output.",
    parameters: object({
      command: texts('The program and its arguments, for example ["bash", "-lc", "ls"]'),
      working_directory: text("The folder to run it in"),
      timeout_ms: number("Milliseconds after which it is stopped"),
    }, ["command"]),
  },
  shell: {
    name: "shell",
    description: "Runs shell commands on the user's machine and returns their output.",
    parameters: object({
      commands: texts("The commands, each one line for the shell; they run one after the other"),
      timeout_ms: number("Milliseconds after which a command is stopped"),
      max_output_length: number("The most characters of output to return"),
    }, ["commands"]),
  },
  apply_patch: {
    name: "apply_patch",
    description: "Creates, changes or deletes one file.",
    parameters: object({
      type: { type: "string", enum: ["create_file", "update_file", "delete_file"] },
      path: text("The file, relative to the workspace"),
      diff: text(
        "Not for delete_file. The changes: a line `@@`, then lines that begin with a space " +
          "(context), - (removed) or + (added); for create_file every line begins with +",
      ),
    }, ["type", "path"]),
  },
};
