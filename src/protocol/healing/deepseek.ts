/**
 * DeepSeek: `<｜tool▁calls▁begin｜>` around calls that begin with `<｜tool▁call▁begin｜>` and end with
 * `<｜tool▁call▁end｜>`. R1 and V3 print `function<｜tool▁sep｜>name` and the arguments in a fence,
 * V3.1 `name<｜tool▁sep｜>` and the arguments. Ends may be missing. Pure.
 */
import { blank, literal, peek, type Reading } from "../reading/reader.ts";
import { giveArguments } from "./call_object.ts";
import { readToolName } from "./names.ts";
import { closing, type Scene } from "./scene.ts";

const CALL = "<｜tool▁call▁begin｜>";
const CALL_END = "<｜tool▁call▁end｜>";
const CALLS_END = "<｜tool▁calls▁end｜>";
const SEPARATOR = "<｜tool▁sep｜>";

/** Behind `<｜tool▁calls▁begin｜>`. */
export function* deepseekCalls(scene: Scene): Reading<void> {
  yield* blank(scene.reader);
  if (yield* literal(scene.reader, CALL)) yield* deepseekCall(scene);
}

/** Behind `<｜tool▁call▁begin｜>`: this call and those that follow. */
export function* deepseekCall(scene: Scene): Reading<void> {
  for (;;) {
    if (!(yield* oneCall(scene))) return;
    if ((yield* closing(scene, CALL_END, CALLS_END)) === CALLS_END) return;
    yield* blank(scene.reader);
    if (!(yield* literal(scene.reader, CALL))) break;
  }
  yield* closing(scene, CALLS_END);
}

function* oneCall(scene: Scene): Reading<boolean> {
  const { reader } = scene;
  const head = yield* readToolName(reader);
  if (!(yield* literal(reader, SEPARATOR))) return false;
  yield* blank(reader);
  if ((yield* peek(reader)) === "{") {
    const name = scene.declared(head);
    return name !== null && (yield* giveArguments(scene, name));
  }
  const name = head === "function" ? scene.declared(yield* readToolName(reader)) : null;
  if (name === null) return false;
  yield* blank(reader);
  const fenced = yield* literal(reader, "```json");
  yield* blank(reader);
  if (!(yield* giveArguments(scene, name))) return false;
  if (fenced) yield* closing(scene, "```");
  return true;
}
