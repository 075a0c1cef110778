/** The arguments of printed calls, in JSON or as named texts. Pure. */
import { isObjectText, parsed } from "../reading/json.ts";
import { isRecord } from "../record.ts";
import { KIND, kindOf, type Place, schemaPlace } from "../schema_place.ts";

/** How Python writes what JSON has other words for; some templates teach models so. */
const PYTHON: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" };

/**
 * Arguments as they were printed in JSON, as the text of an object. An object is kept byte for
 * byte, one inside of a string is taken out, and nothing becomes `{}`. Other values go to the
 * tool's one required parameter where that is a string.
 *
 * @param text JSON; null where the call had no arguments
 * @returns null where no object can be made of it
 */
export function objectArguments(text: string | null, schema: unknown): string | null {
  const value = text === null ? null : parsed(text);
  if (text === null || value === null) return "{}";
  if (isRecord(value)) return text;
  if (typeof value !== "string") return singleArgument(text, schema);
  if (value.trim() === "") return "{}";
  return isObjectText(value) ? value.trim() : singleArgument(value, schema);
}

function singleArgument(value: string, schema: unknown): string | null {
  const required = isRecord(schema) && Array.isArray(schema.required) ? schema.required : [];
  const [name] = required;
  if (required.length !== 1 || typeof name !== "string") return null;
  if (schemaPlace(schema).member(name).kinds !== KIND.string) return null;
  return `{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
}

/**
 * Arguments that were printed as named texts, as the text of an object. A text stays as it is
 * where the schema allows a string or says nothing; else it is read as JSON (or Python's words for
 * true, false and null), and stays a text where it is none.
 */
export function textArguments(texts: ReadonlyMap<string, string>, schema: unknown): string {
  const place = schemaPlace(schema);
  const members = Array.from(
    texts,
    ([name, text]) => `${JSON.stringify(name)}:${typedText(text, place.member(name))}`,
  );
  return `{${members.join(",")}}`;
}

function typedText(text: string, place: Place): string {
  if ((place.kinds & KIND.string) !== 0) return JSON.stringify(text);
  const trimmed = text.trim();
  const json = Object.hasOwn(PYTHON, trimmed) ? PYTHON[trimmed] ?? trimmed : trimmed;
  const value = parsed(json);
  return value === undefined || kindOf(value) === KIND.string ? JSON.stringify(text) : json;
}
