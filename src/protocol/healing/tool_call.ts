/**
 * `<tool_call>…</tool_call>`, which three formats share: JSON (Hermes, Qwen), functions in XML
 * (Qwen3-Coder) and named texts (GLM 4). The closing tag may be missing. Pure.
 */
import { blank, literal, peek, type Reading } from "../reading/reader.ts";
import { giveSeries } from "./call_object.ts";
import { glmCall } from "./glm.ts";
import { xmlFunctions } from "./xml.ts";
import { closing, type Scene } from "./scene.ts";

export function* toolCall(scene: Scene): Reading<void> {
  const { reader } = scene;
  yield* blank(reader);
  const char = yield* peek(reader);
  if (char === "<") {
    if (yield* literal(reader, "<function=")) yield* xmlFunctions(scene, { wrapped: true });
  } else if (char === "{" || char === "[") {
    if (yield* giveSeries(scene)) yield* closing(scene, "</tool_call>");
  } else yield* glmCall(scene);
}
