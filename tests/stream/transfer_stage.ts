/** A transfer between an upstream and a conversion that a test knows. */
import { ApiError } from "../../src/protocol/error.ts";
import type { Patience } from "../../src/stream/patience.ts";
import { type Conversion, type Outcome, type Source, Transfer } from "../../src/stream/transfer.ts";
import { textOf, utf8 } from "./split.ts";

/** An upstream that the test drives. */
export function upstream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let pulls = 0;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    pull: () => void pulls++,
    cancel: () => cancelled.resolve(),
  }, { highWaterMark: 0 });
  return {
    body,
    cancelled: cancelled.promise,
    pulls: () => pulls,
    send: (text: string) => controller?.enqueue(utf8(text)),
    end: () => controller?.close(),
    die: (error: unknown) => controller?.error(error),
  };
}

/** Says everything twice as loud; ends at `END`, throws at `BAD`, answers from `a` on. */
export function loud(changes: Partial<Conversion> = {}): Conversion {
  let seen = "";
  return {
    open: () => "<open>",
    push(bytes) {
      const text = textOf([bytes]);
      seen += text;
      if (text.includes("BAD")) throw new TypeError("bad bytes");
      return text.startsWith(":") ? "" : text.toUpperCase();
    },
    ended: () => seen.endsWith("END"),
    end: () => "<end>",
    restart: () => !seen.includes("a"),
    fail: (error) => `<fail ${error.code}>`,
    beat: () => "<beat>",
    answering: () => seen.includes("a"),
    ...changes,
  };
}

const NEVER: Patience = {
  firstBeat: 60_000,
  beat: 60_000,
  firstByte: 60_000,
  stall: 60_000,
  reader: 60_000,
};

export interface Setup {
  transfer: Transfer;
  ends: [Outcome, string | undefined][];
  aborts: unknown[];
}

/** A transfer and what it reports. */
export function start(
  source: Source,
  { conversion = loud(), patience = {}, again = () => null }: {
    conversion?: Conversion;
    again?: (cause: unknown) => Source | null;
    patience?: Partial<Patience>;
  } = {},
): Setup {
  const ends: Setup["ends"] = [];
  const aborts: unknown[] = [];
  const transfer = new Transfer({
    ...{ source, conversion, again },
    patience: { ...NEVER, ...patience },
    acceptedAt: performance.now(),
    abort: (reason) => void aborts.push(reason),
    explain: (cause) =>
      cause instanceof ApiError
        ? cause
        : new ApiError(String(cause), { status: 502, type: "server_error", code: "explained" }),
    onEnd: (outcome, error) => void ends.push([outcome, error?.code ?? undefined]),
  });
  return { transfer, ends, aborts };
}

/** Everything that is still to come. */
export async function rest(transfer: Transfer): Promise<string> {
  let text = "";
  for (;;) {
    const piece = await transfer.next();
    if (piece === null) return text;
    text += textOf([piece]);
  }
}

/** Long enough for what would happen at once. */
export const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
