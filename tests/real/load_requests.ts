/** One small request over each API, and whether its answer is whole and from the right model. */
import { parseSse } from "../sse_reader.ts";

type Json = Record<string, unknown>;

/** One way to ask. */
export interface Api {
  readonly path: string;
  body(model: string, text: string): Json;
  /** What is wrong with an answer; null for nothing. */
  problem(response: Response, model: string): Promise<string | null>;
}

const TOKENS = 16;

export const APIS: Readonly<Record<string, Api>> = {
  "responses, streamed": {
    path: "/v1/responses",
    body: (model, input) => ({ model, input, max_output_tokens: TOKENS, stream: true }),
    problem: streamed((events, model) => {
      const last = events.at(-1) as { type?: string; response?: Json } | undefined;
      const isWhole = /^response\.(completed|incomplete)$/.test(last?.type ?? "");
      return isWhole && last?.response?.["model"] === model;
    }),
  },
  "responses, whole": {
    path: "/v1/responses",
    body: (model, input) => ({ model, input, max_output_tokens: TOKENS, store: false }),
    problem: whole(({ status, model }, wanted) =>
      /^(completed|incomplete)$/.test(String(status)) && model === wanted
    ),
  },
  "chat, streamed": {
    path: "/v1/chat/completions",
    body: (model, text) => ({ ...chat(model, text), stream: true }),
    problem: streamed((events, model) => {
      const chunks = events.slice(0, -1) as Json[];
      const fit = chunks.length > 0 && chunks.every((chunk) => chunk["model"] === model);
      return fit && events.at(-1) === "[DONE]";
    }),
  },
  "chat, whole": {
    path: "/v1/chat/completions",
    body: chat,
    problem: whole(hasEnded),
  },
  "messages, streamed": {
    path: "/v1/messages",
    body: (model, text) => ({ ...chat(model, text), stream: true }),
    problem: streamed((events, model) => {
      const [first, last] = [events[0], events.at(-1)] as ({ type?: string; message?: Json })[];
      return first?.message?.["model"] === model && last?.type === "message_stop";
    }),
  },
  "messages, whole": {
    path: "/v1/messages",
    body: chat,
    problem: whole(({ model, stop_reason }, wanted) =>
      model === wanted && typeof stop_reason === "string"
    ),
  },
  completions: {
    path: "/v1/completions",
    body: (model, prompt) => ({ model, prompt, max_tokens: TOKENS }),
    problem: whole(hasEnded),
  },
  "embeddings, refused": {
    path: "/v1/embeddings",
    body: (model, input) => ({ model, input }),
    problem: refused("not_supported"),
  },
};

function chat(model: string, content: string): Json {
  return { model, messages: [{ role: "user", content }], max_tokens: TOKENS };
}

function hasEnded({ model, choices }: Json, wanted: string): boolean {
  const [choice] = choices as Json[];
  return model === wanted && typeof choice?.["finish_reason"] === "string";
}

function streamed(isGood: (events: unknown[], model: string) => boolean): Api["problem"] {
  return async (response, model) => {
    const { text, torn } = await readAsFarAs(response);
    if (response.status !== 200 || torn) return `${response.status} ${text}`;
    const { events, rest } = parseSse(text);
    if (rest === "" && isGood(events.map(({ data }) => data), model)) return null;
    return `a stream that ends with ${events.at(-1)?.raw}${rest}`;
  };
}

function whole(isGood: (answer: Json, model: string) => boolean): Api["problem"] {
  return async (response, model) => {
    const { text, torn } = await readAsFarAs(response);
    const isWhole = response.status === 200 && !torn && isGood(JSON.parse(text), model);
    return isWhole ? null : `${response.status} ${text}`;
  };
}

/** Of a refusal that comes late, behind the 200, the transfer is torn. */
function refused(code: string): Api["problem"] {
  return async (response) => {
    const { text, torn } = await readAsFarAs(response);
    const isTold = text.includes(`"code":"${code}"`) && torn === (response.status === 200);
    return isTold ? null : `${response.status} ${text}`;
  };
}

/** The body of an answer, and whether it broke in the middle. */
async function readAsFarAs(response: Response): Promise<{ text: string; torn: boolean }> {
  let text = "";
  try {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
    }
    return { text, torn: false };
  } catch {
    return { text, torn: true };
  }
}
