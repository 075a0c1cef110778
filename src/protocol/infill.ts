/**
 * llama-server's `POST /infill` (observed on llama.cpp 0.7.0): what belongs between two texts. Its
 * streams have no `[DONE]`; each choice ends with an event that does not say `"stop":false`. Pure.
 */
import type { ChatLogprob, ChatTimings, StreamChunk, TokenCounts } from "./chat.ts";
import { payloadOf } from "./completion.ts";
import type { ClientInfill } from "./infill_request.ts";
import { isRecord } from "./record.ts";

/** One `data:` payload of an infill. */
export interface InfillChunk extends StreamChunk {
  index?: number;
  content?: string;
  tokens?: number[];
  stop?: boolean;
  model?: string;
  completion_probabilities?: ChatLogprob[];
  timings?: ChatTimings;
}

/** Whether a chunk holds what the model wrote. */
export function infillSaysSomething({ content }: InfillChunk): boolean {
  return content !== undefined && content !== "";
}

/** The prompt is read once for all choices; what each writes is added. */
function addTimings(sum: ChatTimings | undefined, more: ChatTimings): ChatTimings {
  return sum === undefined ? more : { ...sum, predicted_n: sum.predicted_n + more.predicted_n };
}

/** Follows the events of a relayed stream: when it ends, and what it counts. */
export function infillWatch(n: number) {
  let ends = 0;
  let timings: ChatTimings | undefined;
  return {
    see(event: string): void {
      // Inside a JSON string the quotes would be escaped, so this is a key.
      if (!event.startsWith("data:") || /"stop":\s*false/.test(event)) return;
      const last = payloadOf<InfillChunk>(event);
      ends++;
      if (last.timings) timings = addTimings(timings, last.timings);
    },
    ended: () => ends >= n,
    counts: (): TokenCounts => timings === undefined ? {} : { timings },
  };
}

/** A choice that is still being told. */
interface OpenChoice {
  last: InfillChunk;
  content: string;
  tokens: number[];
  probabilities: ChatLogprob[];
}

/** Folds a streamed infill into the object, or with several choices the list, of `stream: false`. */
export function infillFold(
  { n, responseFields, returnTokens }: Pick<ClientInfill, "n" | "responseFields" | "returnTokens">,
) {
  const choices = new Map<number, OpenChoice>();
  let timings: ChatTimings | undefined;
  return {
    chunk(chunk: InfillChunk): void {
      const index = chunk.index ?? 0;
      const choice = choices.get(index) ??
        { last: chunk, content: "", tokens: [], probabilities: [] };
      choices.set(index, choice);
      choice.last = chunk;
      choice.content += chunk.content ?? "";
      if (returnTokens) choice.tokens.push(...chunk.tokens ?? []);
      choice.probabilities.push(...chunk.completion_probabilities ?? []);
      if (chunk.stop && chunk.timings) timings = addTimings(timings, chunk.timings);
    },
    finished: () =>
      choices.size >= n && [...choices.values()].every(({ last }) => last.stop === true),
    result(model: string): unknown {
      const all = [...choices].sort(([a], [b]) => a - b)
        .map(([, choice]) => pick(wholeChoice(choice, model), responseFields));
      return n > 1 ? all : all[0];
    },
    counts: (): TokenCounts => timings === undefined ? {} : { timings },
  };
}

/** The last chunk has every field, with nothing in those that are told piece by piece. */
function wholeChoice({ last, content, tokens, probabilities }: OpenChoice, model: string) {
  return {
    ...last,
    ...{ content, tokens, model },
    ...(probabilities.length > 0 && { completion_probabilities: probabilities }),
  };
}

function pick(choice: Record<string, unknown>, paths: readonly string[]): unknown {
  if (paths.length === 0) return choice;
  const found = paths.map((path) => [path, valueAt(choice, path)]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function valueAt(value: unknown, path: string): unknown {
  return path.split("/").reduce(
    (inner, key) => isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined,
    value,
  );
}
