/**
 * gpt-oss (harmony):
 * `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>`, maybe with
 * `<|start|>assistant` before it; the recipient may stand before the channel. Pure.
 */
import { blank, oneOf, type Reading, span } from "../reading/reader.ts";
import { giveArguments } from "./call_object.ts";
import { closing, type Scene } from "./scene.ts";

const HEADER = /[\w.=:\/ -]+/y;
const RECIPIENT = /(?:^| )to=([\w.:\/-]+)/;

/** Longer headers are none. */
const MAX_HEADER = 400;

/** Behind `<|channel|>` or `<|start|>`. */
export function* harmonyCall(scene: Scene): Reading<void> {
  const { reader } = scene;
  let header = "";
  for (;;) {
    header += yield* span(reader, HEADER, MAX_HEADER);
    const marker = yield* oneOf(reader, ["<|channel|>", "<|constrain|>", "<|message|>"]);
    if (marker === null || header.length >= MAX_HEADER) return;
    if (marker === "<|message|>") break;
    header += " ";
  }
  const name = scene.declared(RECIPIENT.exec(header)?.[1] ?? "");
  if (name === null) return;
  yield* blank(reader);
  if (yield* giveArguments(scene, name)) yield* closing(scene, "<|call|>");
}
