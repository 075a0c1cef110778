/**
 * Mistral: `[TOOL_CALLS]`, then an array of calls in JSON, or a name, maybe `[CALL_ID]` with an id
 * and `[ARGS]`, and the arguments in JSON. Pure.
 */
import { blank, literal, peek, type Reading, span } from "../reading/reader.ts";
import { giveArguments, giveCalls } from "./call_object.ts";
import { readToolName } from "./names.ts";
import type { Scene } from "./scene.ts";

/** The id is not used: clients get one that is unique. */
const ID = /[\w-]+/y;

export function* mistralCalls(scene: Scene): Reading<void> {
  const { reader } = scene;
  yield* blank(reader);
  const char = yield* peek(reader);
  if (char === "[" || char === "{") {
    yield* giveCalls(scene);
    return;
  }
  const name = scene.declared(yield* readToolName(reader));
  if (name === null) return;
  if (yield* literal(reader, "[CALL_ID]")) yield* span(reader, ID, 256);
  yield* literal(reader, "[ARGS]");
  yield* blank(reader);
  yield* giveArguments(scene, name);
}
