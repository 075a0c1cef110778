/**
 * Qwen3-Coder: `<function=name>`, `<parameter=key>` with a value for each argument, and closing
 * tags that may all be missing; Llama's `<function=name>{…}</function>`, too. Pure.
 *
 * Values are printed as they are, so they may hold the very tags: `xml_body.ts` says which count.
 */
import {
  blank,
  literal,
  oneOf,
  peek,
  type Reader,
  type Reading,
  span,
  until,
} from "../reading/reader.ts";
import { textArguments } from "./arguments.ts";
import { giveArguments } from "./call_object.ts";
import { readToolName } from "./names.ts";
import { closing, type Scene } from "./scene.ts";
import { type XmlBody, xmlBody } from "./xml_body.ts";

const TAGS = [
  "<parameter=",
  "</parameter>",
  "</function>",
  "<function=",
  "<tool_call>",
  "</tool_call>",
] as const;

/** What a body may begin with. */
const FIRST = ["<parameter=", "</function>", "</tool_call>"] as const;

const KEY = /[^<>\s]+/y;
const MAX_KEY = 256;

/** A function's whole opening tag, and what may become one. */
const OPENING = /^<function=([\w.:\/-]{1,256})>/;
const OPENING_CUT = /^<function=[\w.:\/-]{0,256}$/;
const MAX_OPENING = 270;

/**
 * Behind `<function=`: this function and, inside of `<tool_call>`, those that follow.
 *
 * @param wrapped whether it stands inside of `<tool_call>`
 */
export function* xmlFunctions(scene: Scene, { wrapped }: { wrapped: boolean }): Reading<void> {
  const { reader } = scene;
  do {
    const name = scene.declared(yield* readToolName(reader));
    if (name === null || !(yield* literal(reader, ">"))) return;
    yield* blank(reader);
    const next = yield* peek(reader);
    if (next === "{") {
      if (!(yield* giveArguments(scene, name))) return;
      yield* closing(scene, "</function>");
    } else {
      const body = next === "<" ? yield* readBody(scene, name, wrapped) : null;
      if (body === null || !give(scene, name, body)) return;
    }
    if ((yield* closing(scene, "</tool_call>")) !== null) return;
  } while (wrapped && (yield* literal(reader, "<function=")));
}

function give(scene: Scene, name: string, body: XmlBody): boolean {
  const { texts, rest } = body.result();
  if (!scene.give({ name, arguments: textArguments(texts, scene.schema(name)) })) return false;
  if (rest !== "") scene.say(rest);
  return true;
}

/** Reads a body to its end, but not what ends it; null where it is broken. */
function* readBody(scene: Scene, name: string, wrapped: boolean): Reading<XmlBody | null> {
  const { reader } = scene;
  const body = xmlBody(scene.schema(name), { wrapped });
  const first = yield* oneOf(reader, FIRST);
  if (first === null) return null;
  reader.at -= first.length;
  for (;;) {
    const { text, word } = yield* until(reader, TAGS);
    if (!body.text(text)) return null;
    switch (word) {
      case "<parameter=": {
        const key = yield* span(reader, KEY, MAX_KEY);
        const whole = key !== "" && (yield* literal(reader, ">"));
        if (whole ? body.begin(key) : body.text(word + key)) break;
        if (!whole || !body.text(`${word}${key}>`)) return null;
        break;
      }
      case "</parameter>":
        if (!body.endParameter()) return null;
        break;
      case "</function>":
        if (body.endFunction()) return body;
        break;
      case "<function=":
      case "<tool_call>":
        reader.at -= word.length;
        if (yield* endsBody(scene, body, word)) return body.end("next");
        reader.at += word.length;
        body.text(word);
        break;
      case "</tool_call>":
        reader.at -= word.length;
        return body.end("closed");
      case null:
        return body.end("next");
    }
  }
}

/** Whether a tag that comes next begins something new rather than being part of a value. */
function* endsBody(
  scene: Scene,
  body: XmlBody,
  tag: "<function=" | "<tool_call>",
): Reading<boolean> {
  if (body.closed()) return true;
  if (tag === "<tool_call>") return body.wasClosed();
  const name = yield* nextFunction(scene.reader);
  return name !== null && scene.declared(name) !== null;
}

/** The name in a function's opening tag, which stays unread; null where it is none. */
function* nextFunction(reader: Reader): Reading<string | null> {
  for (;;) {
    const ahead = reader.text.slice(reader.at, reader.at + MAX_OPENING);
    const name = OPENING.exec(ahead)?.[1];
    if (name !== undefined) return name;
    if (reader.ended || !OPENING_CUT.test(ahead)) return null;
    yield;
  }
}
