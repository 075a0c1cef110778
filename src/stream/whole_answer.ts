/** An answer in one piece, which the upstream has given whole. */
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import type { Conversion } from "./transfer.ts";

const encoder = new TextEncoder();

/** The text as the body of a transfer. */
export function wholeBody(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(text));
      controller.close();
    },
  });
}

/**
 * Hands that body on as it is.
 *
 * @param failure what is said in its place where it never comes
 */
export function wholeAnswer(
  failure: (error: ApiError) => unknown = openAiErrorBody,
): Conversion {
  let answering = false;
  return {
    open: () => "",
    answering: () => answering,
    push(bytes) {
      answering = true;
      return bytes;
    },
    ended: () => false,
    end: () => "",
    restart: () => !answering,
    fail: (error) => JSON.stringify(failure(error)),
    beat: () => "",
  };
}
