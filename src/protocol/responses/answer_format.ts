/**
 * `text.format`: what form the answer must have.
 */
import type { ChatResponseFormat } from "../chat.ts";
import { invalidRequest } from "../error.ts";
import { grammarSafe } from "../json_schema.ts";
import { type Context, label, note, present } from "./translation_context.ts";
import { isJsonSchema, type JsonSchemaFormat, type TextFormat } from "./schema.ts";

/** The schema that the final answer must fit, as the client gave it. */
export interface AnswerSchema {
  name: string;
  schema: unknown;
  strict: boolean;
}

/** A wanted form, once for llama-server and once for checking the answer. */
export interface AnswerFormat {
  responseFormat: ChatResponseFormat;
  answerSchema: AnswerSchema;
}

/**
 * Translates `text.format`; null where plain text is wanted. A `json_schema` without a schema is
 * ignored with a note.
 *
 * @throws {ApiError} 400 for a form that we could not enforce.
 */
export function answerFormat(
  format: TextFormat | null | undefined,
  context: Context,
): AnswerFormat | null {
  if (format == null || format.type === "text") return null;
  if (isJsonSchema(format)) return schemaFormat(format, context);
  if (format.type === "json_object") {
    return {
      responseFormat: { type: "json_object" },
      answerSchema: { name: "json_object", schema: { type: "object" }, strict: false },
    };
  }
  const reason = `"${label(format.type)}" is none of text, json_object, json_schema`;
  throw invalidRequest(`Cannot format the answer: ${reason}`, "text.format.type");
}

function schemaFormat(format: JsonSchemaFormat, context: Context): AnswerFormat | null {
  const { name, schema, strict } = format;
  if (schema == null) {
    const message = "A json_schema format without a schema has no effect.";
    note(context, "format_ignored", "text.format.schema", message);
    return null;
  }
  const safe = grammarSafe(schema);
  if (safe !== schema) {
    const message = "Keywords that llama.cpp cannot compile were left out of the schema.";
    note(context, "schema_simplified", "text.format.schema", message);
  }
  return {
    responseFormat: {
      type: "json_schema",
      json_schema: { schema: safe, ...present({ name, strict }) },
    },
    answerSchema: { name: name ?? "response", schema, strict: strict ?? false },
  };
}
