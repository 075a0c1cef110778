/** Think tags at the beginning of an answer. Elsewhere they are text. Pure. */
import { blank, oneOf, type Reading } from "../reading/reader.ts";
import type { TextScene } from "./text_scene.ts";

const ENDS = {
  "<think>": ["</think>"],
  "<thinking>": ["</thinking>"],
  "<|channel|>analysis<|message|>": ["<|end|>", "<|start|>", "<|channel|>"],
} as const;

const LONE_END = "</think>";

const OPENINGS = [...Object.keys(ENDS) as (keyof typeof ENDS)[], LONE_END] as const;

/** What introduces the answer behind harmony's analysis. */
const FINAL = [
  "<|start|>assistant<|channel|>final<|message|>",
  "<|channel|>final<|message|>",
] as const;

/**
 * Reads an answer's thinking, if it begins with any. White space directly around the tags, inside
 * and outside, belongs to them.
 */
export function* thinking(scene: TextScene): Reading<void> {
  const { reader } = scene;
  yield* blank(reader);
  if (scene.tooLong()) return;
  const opening = yield* oneOf(reader, OPENINGS);
  if (opening === null) return;
  if (opening !== LONE_END) {
    yield* blank(reader);
    scene.cut();
    scene.turn("reasoning");
    yield* reasoning(scene, ENDS[opening]);
    scene.turn("text");
  }
  yield* blank(reader);
  scene.cut();
}

/** Reads to one of the end tags, which is cut out, or to the end of the text. */
function* reasoning(scene: TextScene, ends: readonly string[]): Reading<void> {
  const { reader } = scene;
  for (;;) {
    const found = reader.text.indexOf("<", reader.at);
    reader.at = found < 0 ? reader.text.length : found;
    scene.passText();
    if (found < 0) {
      if (reader.ended) return scene.pass();
      yield;
      continue;
    }
    const end = yield* oneOf(reader, ends);
    if (end === null) reader.at++;
    else return yield* endOf(scene, end);
  }
}

function* endOf(scene: TextScene, end: string): Reading<void> {
  const { reader } = scene;
  // The beginning of harmony's next message may be that of a call, and is looked at once more.
  if (end === "<|start|>" || end === "<|channel|>") {
    reader.at -= end.length;
    scene.cut();
  } else {
    scene.cut();
    if (end !== "<|end|>") return;
    yield* blank(reader);
  }
  if ((yield* oneOf(reader, FINAL)) !== null) scene.cut();
}
