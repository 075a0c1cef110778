/** How a model's next token is drawn where a request does not say it. */

/** Under the names of llama-server's API; what is not there is not said. */
export interface Sampling {
  readonly temperature?: number | undefined;
  /** 1 is off. */
  readonly top_p?: number | undefined;
  /** 0 is off. */
  readonly top_k?: number | undefined;
  /** 0 is off. */
  readonly min_p?: number | undefined;
  readonly presence_penalty?: number | undefined;
  /** 1 is off. */
  readonly repeat_penalty?: number | undefined;
}

/** In the order in which they are told. */
export const SAMPLING_FIELDS = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "presence_penalty",
  "repeat_penalty",
] as const;

/** What is said, the first one's word before the next one's. */
export function firstSaid(...said: readonly Sampling[]): Sampling {
  return Object.fromEntries(SAMPLING_FIELDS.flatMap((field) => {
    const value = said.map((each) => each[field]).find((each) => each !== undefined);
    return value === undefined ? [] : [[field, value]];
  }));
}
