/**
 * Whether a model's text fits a client's JSON schema. Pure.
 *
 * `pattern` is not evaluated: a hostile expression could stop the process, and llama-server's
 * grammar holds it. A text that no grammar has constrained is therefore not trusted where the
 * schema has patterns.
 */
import { type Schema, Validator } from "@cfworker/json-schema";

/**
 * Says what is wrong with a text, or null when it fits.
 *
 * @param constrained whether llama-server has decoded the text under the schema's grammar
 */
export function schemaProblem(
  text: string,
  schema: unknown,
  { constrained }: { constrained: boolean },
): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON.";
  }
  const found = withoutPatterns(schema);
  if (found.patterns && !constrained) return "its patterns have to be constrained.";
  try {
    const { valid, errors } = new Validator(found.schema as Schema, "2020-12").validate(value);
    if (valid) return null;
    const { instanceLocation, error } = errors.at(-1) ?? { instanceLocation: "#", error: "" };
    return `at ${instanceLocation.slice(0, 200)}: ${error.slice(0, 300)}`;
  } catch {
    // A reference to elsewhere or to itself: what the grammar made of it is the best there is.
    return constrained ? null : "the schema cannot be checked.";
  }
}

/** Keywords whose keys are names that the client chose, not keywords. */
const NAMED = new Set(["properties", "$defs", "definitions", "dependentSchemas"]);
const REGULAR = new Set(["pattern", "patternProperties"]);
/** Values of these are data, in which nothing is a keyword. */
const DATA = new Set(["const", "enum", "default", "examples"]);

function withoutPatterns(schema: unknown): { schema: unknown; patterns: boolean } {
  let patterns = false;
  function walk(node: unknown, names: boolean): unknown {
    if (Array.isArray(node)) return node.map((item) => walk(item, false));
    if (typeof node !== "object" || node === null) return node;
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      if (!names && REGULAR.has(key)) patterns = true;
      else if (!names && DATA.has(key)) copy[key] = value;
      else copy[key] = walk(value, !names && NAMED.has(key));
    }
    return copy;
  }
  return { schema: walk(schema, false), patterns };
}
