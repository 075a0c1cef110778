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
    if (references(found.schema) > MAX_REFERENCES) return unchecked(constrained);
    const { valid, errors } = new Validator(found.schema as Schema, "2020-12").validate(value);
    if (valid) return null;
    const { instanceLocation, error } = errors.at(-1) ?? { instanceLocation: "#", error: "" };
    return `at ${instanceLocation.slice(0, 200)}: ${error.slice(0, 300)}`;
  } catch {
    // A reference to elsewhere or to itself: what the grammar made of it is the best there is.
    return unchecked(constrained);
  }
}

function unchecked(constrained: boolean): string | null {
  return constrained ? null : "the schema cannot be checked.";
}

/** How often a validator may follow a local `$ref` for one value, cycles counted once. */
function references(root: unknown): number {
  const known = new Map<unknown, number>();
  function count(node: unknown): number {
    if (typeof node !== "object" || node === null) return 0;
    const before = known.get(node);
    if (before !== undefined) return before;
    known.set(node, 0);
    let sum = 0;
    for (const [key, value] of Object.entries(node)) {
      sum += key === "$ref" ? 1 + count(target(root, value)) : count(value);
    }
    const bounded = Math.min(sum, 2 * MAX_REFERENCES);
    known.set(node, bounded);
    return bounded;
  }
  return count(root);
}

/** What a local JSON pointer names; nothing for any other reference. */
function target(root: unknown, reference: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  let node = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    if (typeof node !== "object" || node === null) return undefined;
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

/** Keywords whose keys are names that the client chose, not keywords. */
const NAMED = new Set(["properties", "$defs", "definitions", "dependentSchemas"]);
const REGULAR = new Set(["pattern", "patternProperties"]);
/** Comparing every pair takes seconds for some thousand items; llama-server does not hold it either. */
const QUADRATIC = "uniqueItems";
/** References that may be followed from the root; a chain that doubles each time has thousands soon. */
const MAX_REFERENCES = 2_000;
/** Values of these are data, in which nothing is a keyword. */
const DATA = new Set(["const", "enum", "default", "examples"]);

function withoutPatterns(schema: unknown): { schema: unknown; patterns: boolean } {
  let patterns = false;
  function walk(node: unknown, names: boolean): unknown {
    if (Array.isArray(node)) return node.map((item) => walk(item, false));
    if (typeof node !== "object" || node === null) return node;
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      if (!names && key === QUADRATIC) continue;
      if (!names && REGULAR.has(key)) patterns = true;
      else if (!names && DATA.has(key)) copy[key] = value;
      else copy[key] = walk(value, !names && NAMED.has(key));
    }
    return copy;
  }
  return { schema: walk(schema, false), patterns };
}
