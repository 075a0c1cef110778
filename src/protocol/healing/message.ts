/**
 * Calls that are the whole message, as Llama 3 prints them: JSON objects with nothing around them,
 * or in one fence. Pure.
 */
import { parsed } from "../reading/json.ts";
import { blank, literal, peek, type Reading } from "../reading/reader.ts";
import { readCall } from "./call_object.ts";
import type { PrintedCall, Scene } from "./scene.ts";

/** What an object may have, so that a JSON answer is not taken for a call. */
const MEMBERS = new Set(["type", "function", "name", "arguments", "parameters", "id"]);

/**
 * Reads a message that consists of calls; null, as soon as that is clear, where it does not. What
 * was read is held.
 */
export function* wholeMessage(scene: Scene): Reading<PrintedCall[] | null> {
  const { reader } = scene;
  yield* blank(reader);
  const fenced = yield* literal(reader, "```json");
  yield* blank(reader);
  const calls: PrintedCall[] = [];
  do {
    const call = yield* bareCall(scene);
    if (call === null) return null;
    calls.push(call);
    yield* blank(reader);
    if ((yield* peek(reader)) === ";") reader.at++;
    yield* blank(reader);
  } while ((yield* peek(reader)) === "{");
  if (fenced && !(yield* literal(reader, "```"))) return null;
  yield* blank(reader);
  return (yield* peek(reader)) === "" ? calls : null;
}

function* bareCall(scene: Scene): Reading<PrintedCall | null> {
  let complete = false;
  const call = yield* readCall(scene, (name, value) => {
    if (value === null) return MEMBERS.has(name);
    if (name === "type") return value === '"function"';
    if (name === "arguments" || name === "parameters") complete = true;
    if (name === "function" && value.startsWith("{")) complete = true;
    if (name !== "name") return true;
    const printed = parsed(value);
    return typeof printed === "string" && scene.declared(printed) !== null;
  });
  return complete ? call : null;
}
