/** An answer from its beginning to its end: thinking, a message of calls only, calls in text. Pure. */
import { oneOf, type Reading, rewind } from "../reading/reader.ts";
import { giveSeries } from "./call_object.ts";
import { deepseekCall, deepseekCalls } from "./deepseek.ts";
import { gemmaCall } from "./gemma.ts";
import { harmonyCall } from "./harmony.ts";
import { kimiCall, kimiSection } from "./kimi.ts";
import { code } from "./markdown.ts";
import { wholeMessage } from "./message.ts";
import { mistralCalls } from "./mistral.ts";
import { closing, type Format, type Scene } from "./scene.ts";
import type { TextScene } from "./text_scene.ts";
import { thinking } from "./think.ts";
import { toolCall } from "./tool_call.ts";
import { xmlFunctions } from "./xml.ts";

/** The formats by their opening markers, none of which begins another one. */
const FORMATS = {
  "<tool_call>": toolCall,
  "<function=": (scene) => xmlFunctions(scene, { wrapped: false }),
  "[TOOL_CALLS]": mistralCalls,
  "<|python_tag|>": pythonTag,
  "<|tool_call>": gemmaCall,
  "<｜tool▁calls▁begin｜>": deepseekCalls,
  "<｜tool▁call▁begin｜>": deepseekCall,
  "<|tool_calls_section_begin|>": kimiSection,
  "<|tool_call_begin|>": kimiCall,
  "<|channel|>": harmonyCall,
  "<|start|>": harmonyCall,
} satisfies Record<string, Format>;

const OPENINGS = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** Where a marker or code may begin. */
const STOP = /[<[`~]/g;

/** Llama 3: `<|python_tag|>{…}`, several with semicolons between them. */
function* pythonTag(scene: Scene): Reading<void> {
  if (yield* giveSeries(scene)) yield* closing(scene, "<|eom_id|>", "<|eot_id|>");
}

/**
 * Reads an answer, whose pauses say whether they are in the midst of text, outside of code and
 * markup.
 */
export function* answer(
  scene: TextScene,
  { think }: { think: boolean },
): Generator<boolean | void, void, void> {
  if (think) yield* thinking(scene);
  const calls = yield* wholeMessage(scene);
  if (calls !== null) calls.every((call) => scene.give(call));
  if (scene.tooLong()) scene.sleep();
  rewind(scene.reader);
  yield* text(scene);
}

function* text(scene: TextScene): Generator<boolean | void, void, void> {
  const { reader } = scene;
  while (scene.attention() === "looking") {
    STOP.lastIndex = reader.at;
    const stop = STOP.exec(reader.text);
    reader.at = stop?.index ?? reader.text.length;
    scene.passText();
    const char = stop?.[0];
    if (char === "<" || char === "[") yield* marker(scene);
    else if (char === "`" || char === "~") yield* ticks(scene, char);
    else if (reader.ended) return scene.pass();
    else yield true;
  }
}

function* marker(scene: TextScene): Reading<void> {
  const opening = yield* oneOf(scene.reader, OPENINGS);
  if (opening === null) {
    scene.reader.at++;
    return;
  }
  yield* FORMATS[opening](scene);
  if (scene.tooLong()) scene.sleep();
  else if (scene.attention() === "looking") scene.pass();
}

function* ticks(scene: TextScene, tick: "`" | "~"): Reading<void> {
  scene.pass();
  if (tick === "`" && scene.escaped()) scene.reader.at++;
  else yield* code(scene, tick, scene.lineStart());
}
