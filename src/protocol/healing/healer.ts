/**
 * Calls that a model printed as text, where llama-server's parser missed them, and think tags that
 * it left in the text, found while the text comes. Pure.
 *
 * - Only declared names count. What is undeclared, broken or unfinished is text, byte for byte, and
 *   so is what stands in Markdown's code, unless one fence with calls is the whole message.
 * - White space directly around a call's markup belongs to the markup.
 * - Text that cannot begin a marker passes at once; white space waits for what follows it. Where
 *   64 KiB are held, all is given back, and the rest of the answer passes unread.
 * - What comes behind the last call that there may be is left out from the next call on, as with
 *   calls that were not printed (`callTrack()`).
 */
import { feed, newReader } from "../reading/reader.ts";
import { answer } from "./answer.ts";
import { type HealedPiece, type HealerOptions, textScene } from "./text_scene.ts";

export interface TextHealer {
  /** A piece of the answer's text; gives what can be told of it. */
  push(text: string): readonly HealedPiece[];
  /** The answer is whole: what is held is a call, or text. Nothing may be pushed afterwards. */
  end(): readonly HealedPiece[];
  /**
   * Gives back what is held, and lets further text pass: a call came that was not printed, or the
   * answer was cut, so that what looks like a call may be half of one.
   */
  sleep(): readonly HealedPiece[];
}

const NOTHING: readonly HealedPiece[] = [];

export function textHealer(options: HealerOptions): TextHealer {
  const reader = newReader();
  const scene = textScene(reader, options);
  const reading = answer(scene, options);
  /** Whether text without a marker may pass unread. */
  let plain = false;

  function read(): readonly HealedPiece[] {
    const inText = reading.next().value === true;
    if (scene.tooLong()) scene.sleep();
    plain = inText && scene.clear();
    return scene.take();
  }

  return {
    push(text) {
      if (text === "" || scene.attention() === "over") return NOTHING;
      if (scene.attention() === "asleep") return [{ kind: "text", text }];
      if (plain && passesUnread(text)) {
        scene.passed(text);
        return [{ kind: "text", text }];
      }
      feed(reader, text);
      return read();
    },
    end() {
      if (scene.attention() !== "looking") return NOTHING;
      reader.ended = true;
      return read();
    },
    sleep() {
      scene.sleep();
      return scene.take();
    },
  };
}

/** Whether text has neither a character that may begin a marker or code, nor white space at its end. */
function passesUnread(text: string): boolean {
  return text.charCodeAt(text.length - 1) > 0x20 && !text.includes("<") && !text.includes("[") &&
    !text.includes("`") && !text.includes("~");
}
