/** What is made to fit a model: its facts are known for certain only when it runs. */
import type { UpstreamModel } from "../upstream/upstream_model.ts";

/** Something that was made for a model. */
export interface Fitted<T> {
  /** By what was known beforehand. */
  readonly expected: T;
  /** By what the model is as it runs; made anew only where that is another thing. */
  as(model: UpstreamModel): T;
}

/** Makes it at once, so that what is wrong with a request is found before it waits. */
export function fitted<T>(known: UpstreamModel, make: (model: UpstreamModel) => T): Fitted<T> {
  const expected = make(known);
  return { expected, as: (model) => model === known ? expected : make(model) };
}
