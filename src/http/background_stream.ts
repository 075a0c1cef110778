/**
 * The events of a background response for one reader: those that were told, then those that come.
 */
import { eventWriter } from "../protocol/responses/output/event_writer.ts";
import { lastType } from "../protocol/responses/output/replay.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import type { EventBatch } from "../store/store.ts";
import type { Services } from "./context.ts";

/** Bytes that are read at once. */
const PIECE = 256 * 1024;

/**
 * A stream of server-sent events behind a sequence number. It ends with the response; one that was
 * cancelled, or cut off with its process, gets its last event here.
 */
export function backgroundStream(
  { id, owner, after }: { id: string; owner: string; after: number },
  { store, background }: Pick<Services, "store" | "background">,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = after + 1;
  let ended = false;
  let left = false;

  /** The next events, or null when there will be none. */
  async function more(): Promise<string | null> {
    while (!left) {
      const news = background.news(id);
      const runs = background.runs(id);
      const batches = store.events.read(id, owner, next, PIECE);
      if (batches === null) return null;
      const text = batches.map((batch) => behind(batch, next)).join("");
      next = Math.max(next, (batches.at(-1)?.last ?? -1) + 1);
      ended ||= LAST.test(text);
      if (text !== "") return text;
      if (!runs) return ended || wasTold() ? null : ending();
      await news;
    }
    return null;
  }

  /** Whether the last event came before the number that the reader asked for. */
  function wasTold(): boolean {
    const before = next === 0 ? null : store.events.read(id, owner, next - 1, PIECE);
    return before?.some(({ text }) => LAST.test(text)) ?? false;
  }

  function ending(): string | null {
    ended = true;
    const kept = store.responses.get(id, owner);
    if (kept === null) return null;
    const response: ResponseObject = JSON.parse(kept.text);
    const writer = eventWriter(next);
    return writer({ type: lastType(response), response });
  }

  return new ReadableStream({
    async pull(controller) {
      const text = await more();
      if (text === null) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
    cancel() {
      left = true;
    },
  }, { highWaterMark: 0 });
}

const LAST = /^event: response\.(?:completed|incomplete|failed)$/m;

/** The events of a batch from a sequence number on. */
function behind({ first, text }: EventBatch, from: number): string {
  if (first >= from) return text;
  const events = text.split("\n\n").slice(from - first);
  return events.join("\n\n");
}
