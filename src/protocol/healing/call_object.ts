/**
 * Calls printed as JSON objects: `{"name", "arguments"}`, with `parameters` for `arguments`, or
 * wrapped as `{"type": "function", "function": {…}}`. Pure.
 */
import { parsed, readJson, readMembers } from "../reading/json.ts";
import { blank, peek, type Reading, readWhole } from "../reading/reader.ts";
import { objectArguments } from "./arguments.ts";
import type { PrintedCall, Scene } from "./scene.ts";

type Accepts = (name: string, value: string | null) => boolean;

const anything: Accepts = () => true;

/** Reads one call; null where it is broken, or whole but no call of a declared tool. */
export function* readCall(
  scene: Scene,
  accepts: Accepts = anything,
): Reading<PrintedCall | null> {
  const members = yield* readMembers(scene.reader, accepts);
  return members === null ? null : toCall(scene, members);
}

function toCall(scene: Scene, members: ReadonlyMap<string, string>): PrintedCall | null {
  const type = members.get("type");
  if (type !== undefined && parsed(type) !== "function") return null;
  const inner = members.get("function");
  if (inner?.startsWith("{")) {
    const wrapped = readWhole(inner, (reader) => readMembers(reader, anything));
    return wrapped === null || wrapped.has("function") ? null : toCall(scene, wrapped);
  }
  const printed = parsed(members.get("name") ?? inner ?? "");
  const name = typeof printed === "string" ? scene.declared(printed) : null;
  if (name === null) return null;
  const text = members.get("arguments") ?? members.get("parameters") ?? null;
  const args = objectArguments(text, scene.schema(name));
  return args === null ? null : { name, arguments: args };
}

/** Reads an array of calls; null where one of its items is none. */
export function* readCalls(scene: Scene): Reading<PrintedCall[] | null> {
  const { reader } = scene;
  const calls: PrintedCall[] = [];
  let whole = true;
  do {
    reader.at++;
    yield* blank(reader);
    const members = yield* readMembers(reader, anything);
    if (members === null) return null;
    const call = toCall(scene, members);
    if (call === null) whole = false;
    else calls.push(call);
    yield* blank(reader);
  } while ((yield* peek(reader)) === ",");
  if ((yield* peek(reader)) !== "]") return null;
  reader.at++;
  return whole ? calls : null;
}

/** Reads and gives the calls of an object or an array, whichever comes; false where none does. */
export function* giveCalls(scene: Scene): Reading<boolean> {
  if ((yield* peek(scene.reader)) === "[") {
    const calls = yield* readCalls(scene);
    return calls !== null && calls.every((call) => scene.give(call));
  }
  const call = yield* readCall(scene);
  return call !== null && scene.give(call);
}

/**
 * Reads and gives calls in JSON one after the other, with white space or semicolons between them.
 *
 * @returns false where one is none, or cannot be given
 */
export function* giveSeries(scene: Scene): Reading<boolean> {
  const { reader } = scene;
  yield* blank(reader);
  do {
    if (!(yield* giveCalls(scene))) return false;
    yield* blank(reader);
    if ((yield* peek(reader)) === ";") reader.at++;
    yield* blank(reader);
  } while ((yield* peek(reader)) === "{");
  return true;
}

/** Reads an object of arguments and gives the call; false where none comes or it is not given. */
export function* giveArguments(scene: Scene, name: string): Reading<boolean> {
  if ((yield* peek(scene.reader)) !== "{") return false;
  const text = yield* readJson(scene.reader);
  const args = text === null ? null : objectArguments(text, scene.schema(name));
  return args !== null && scene.give({ name, arguments: args });
}
