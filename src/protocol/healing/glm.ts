/**
 * GLM 4: `<tool_call>name`, then `<arg_key>key</arg_key><arg_value>value</arg_value>` for each
 * argument, then `</tool_call>`, which may be missing. Pure.
 */
import { blank, literal, oneOf, peek, type Reading, until } from "../reading/reader.ts";
import { textArguments } from "./arguments.ts";
import { readToolName } from "./names.ts";
import { closing, type Scene } from "./scene.ts";

const VALUE_END = "</arg_value>";
const CLOSE = "</tool_call>";

export function* glmCall(scene: Scene): Reading<void> {
  const { reader } = scene;
  const name = scene.declared(yield* readToolName(reader));
  if (name === null) return;
  yield* blank(reader);
  let next = yield* oneOf(reader, ["<arg_key>", CLOSE]);
  if (next === null) return;
  const texts = new Map<string, string>();
  while (next === "<arg_key>") {
    const key = yield* until(reader, ["</arg_key>"]);
    yield* blank(reader);
    if (!(yield* literal(reader, "<arg_value>"))) return;
    const value = yield* readValue(scene);
    if (value === null) return;
    texts.set(key.text.trim(), value.text);
    next = value.next;
  }
  const given = scene.give({ name, arguments: textArguments(texts, scene.schema(name)) });
  if (given && next !== CLOSE) yield* closing(scene, CLOSE);
}

type Next = "<arg_key>" | typeof CLOSE | null;

/** Reads a value, its end and what follows. An end in the midst of a value is part of it. */
function* readValue(scene: Scene): Reading<{ text: string; next: Next } | null> {
  const { reader } = scene;
  let text = "";
  for (;;) {
    const part = yield* until(reader, [VALUE_END]);
    if (part.word === null) return null;
    text += part.text;
    const between = yield* blank(reader);
    const next = yield* oneOf(reader, ["<arg_key>", CLOSE]);
    if (next !== null || (yield* peek(reader)) === "") return { text, next };
    text += VALUE_END + between;
  }
}
