/**
 * Kimi K2: `<|tool_calls_section_begin|>` around calls of the form
 * `<|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`. Pure.
 */
import { blank, literal, type Reading } from "../reading/reader.ts";
import { giveArguments } from "./call_object.ts";
import { readToolName } from "./names.ts";
import { closing, type Scene } from "./scene.ts";

const CALL = "<|tool_call_begin|>";
const SECTION_END = "<|tool_calls_section_end|>";

/** Behind `<|tool_calls_section_begin|>`. */
export function* kimiSection(scene: Scene): Reading<void> {
  yield* blank(scene.reader);
  if (yield* literal(scene.reader, CALL)) yield* kimiCall(scene);
}

/** Behind `<|tool_call_begin|>`: this call and those that follow. */
export function* kimiCall(scene: Scene): Reading<void> {
  const { reader } = scene;
  do {
    yield* blank(reader);
    const name = scene.declared(yield* readToolName(reader));
    yield* blank(reader);
    if (name === null || !(yield* literal(reader, "<|tool_call_argument_begin|>"))) return;
    yield* blank(reader);
    if (!(yield* giveArguments(scene, name))) return;
    yield* closing(scene, "<|tool_call_end|>");
    yield* blank(reader);
  } while (yield* literal(reader, CALL));
  yield* closing(scene, SECTION_END);
}
