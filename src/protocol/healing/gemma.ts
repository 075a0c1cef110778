/**
 * Gemma 4: `<|tool_call>call:name{key:<|"|>text<|"|>,n:3}<tool_call|>`. Texts are not escaped, names
 * are bare, and the rest is as in JSON. Pure.
 */
import { passString, readJson } from "../reading/json.ts";
import { blank, literal, peek, type Reader, type Reading, span, until } from "../reading/reader.ts";
import { readToolName } from "./names.ts";
import { closing, type Scene } from "./scene.ts";

const QUOTE = '<|"|>';

/** Deeper values are none. */
const MAX_DEPTH = 50;

const KEY = /[^\s:{}\[\]<",]+/y;

/** Behind `<|tool_call>`. */
export function* gemmaCall(scene: Scene): Reading<void> {
  const { reader } = scene;
  yield* blank(reader);
  if (!(yield* literal(reader, "call:"))) return;
  const name = scene.declared(yield* readToolName(reader));
  yield* blank(reader);
  if (name === null || (yield* peek(reader)) !== "{") return;
  const args = yield* readGroup(reader, MAX_DEPTH);
  if (args !== null && scene.give({ name, arguments: args })) {
    yield* closing(scene, "<tool_call|>");
  }
}

/** Reads a value as JSON text; null where none comes or it is broken. */
function* readValue(reader: Reader, depth: number): Reading<string | null> {
  const char = yield* peek(reader);
  if (char === "<") return yield* readQuoted(reader);
  if (char === "{" || char === "[") return depth > 0 ? yield* readGroup(reader, depth - 1) : null;
  return yield* readJson(reader);
}

function* readQuoted(reader: Reader): Reading<string | null> {
  if (!(yield* literal(reader, QUOTE))) return null;
  const { text, word } = yield* until(reader, [QUOTE]);
  return word === null ? null : JSON.stringify(text);
}

/** Reads an object or array, whose bracket comes next. */
function* readGroup(reader: Reader, depth: number): Reading<string | null> {
  const named = (yield* peek(reader)) === "{";
  const closer = named ? "}" : "]";
  const members: string[] = [];
  do {
    reader.at++;
    yield* blank(reader);
    if ((yield* peek(reader)) === closer) break;
    const key = named ? yield* readKey(reader) : "";
    const value = key === null ? null : yield* readValue(reader, depth);
    if (value === null) return null;
    members.push(named ? `${key}:${value}` : value);
    yield* blank(reader);
  } while ((yield* peek(reader)) === ",");
  if ((yield* peek(reader)) !== closer) return null;
  reader.at++;
  return named ? `{${members.join(",")}}` : `[${members.join(",")}]`;
}

/** Reads a member's name with the colon behind it, as JSON text. */
function* readKey(reader: Reader): Reading<string | null> {
  const char = yield* peek(reader);
  let key: string | null;
  if (char === "<") key = yield* readQuoted(reader);
  else if (char === '"') key = yield* readJson(reader, passString);
  else key = JSON.stringify(yield* span(reader, KEY, Infinity));
  yield* blank(reader);
  if (key === null || key === '""' || (yield* peek(reader)) !== ":") return null;
  reader.at++;
  yield* blank(reader);
  return key;
}
