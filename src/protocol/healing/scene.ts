/** What the parts of the healer know of the request, and tell of the answer. Pure. */
import { blank, oneOf, type Reader, type Reading } from "../reading/reader.ts";

/** A call as it was understood: `arguments` is the text of a JSON object. */
export interface PrintedCall {
  name: string;
  arguments: string;
}

/** What a format needs. */
export interface Scene {
  reader: Reader;
  /** The declared name that a printed one means; null where there is none. */
  declared(name: string): string | null;
  /** The JSON schema of a declared tool's arguments; undefined where it has none. */
  schema(name: string): unknown;
  /**
   * Gives a call: what is held was its markup. False where it cannot be given, because the markup
   * is too long or there were as many calls as there may be; then the format has to end.
   */
  give(call: PrintedCall): boolean;
  /** Cuts out what is held: markup that tells nothing. */
  cut(): void;
  /** Gives text in place of what is held. */
  say(text: string): void;
}

/**
 * Reads the calls behind the opening marker of a format. What is held at the end is given back as
 * text, and the text is looked at further from there.
 */
export type Format = (scene: Scene) => Reading<void>;

/** Reads a marker behind a call, with white space before it, if it comes next; and cuts it out. */
export function* closing<W extends string>(scene: Scene, ...markers: W[]): Reading<W | null> {
  yield* blank(scene.reader);
  const found = yield* oneOf(scene.reader, markers);
  if (found !== null) scene.cut();
  return found;
}
