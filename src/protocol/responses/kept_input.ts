/**
 * The input of a turn as it is kept: every item with an id and a type, as clients list it later.
 */
import type { CreateResponse } from "./schema.ts";

/** A kept item; `text` is its JSON. */
export interface KeptItem {
  id: string;
  text: string;
}

/** Prefixes of ids, by the type of the item; others are named by `item`. */
const PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  function_call_output: "fco",
  custom_tool_call: "ctc",
  custom_tool_call_output: "ctco",
  compaction: "cmp",
};

/**
 * The items of an input. A bare text is one user message; ids that clients gave are kept, the first
 * of equal ones.
 */
export function keptInput(
  input: CreateResponse["input"],
  newId: (prefix: string) => string,
): KeptItem[] {
  if (input == null || input === "") return [];
  const items = typeof input === "string" ? [{ role: "user", content: input }] : input;
  const ids = new Set<string>();
  return items.map((item) => {
    const { id: given, ...fields } = typed(item);
    const fresh = typeof given === "string" && given !== "" && !ids.has(given);
    const id = fresh ? given : newId(PREFIXES[String(fields.type)] ?? "item");
    ids.add(id);
    return { id, text: JSON.stringify({ id, ...fields }) };
  });
}

/** In the full form: content as a list of parts, for those who read it by type. */
function typed(item: object): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...item };
  if (fields.type != null || !("role" in fields)) return fields;
  const type = fields.role === "assistant" ? "output_text" : "input_text";
  const content = typeof fields.content === "string"
    ? [{ type, text: fields.content }]
    : fields.content;
  return { ...fields, type: "message", content };
}
