/** Asks a llama-server what it serves: `/v1/models`, `/props`, and its tokenizer. */
import { ApiError } from "../protocol/error.ts";
import { isRecord } from "../protocol/record.ts";
import { ANY_CONTROL_WORD, type ControlWords } from "./control_words.ts";
import { type Props, toModels } from "./facts.ts";
import type { Llama } from "./llama.ts";
import type { UpstreamModel } from "./upstream_model.ts";

/** Rejects like `llama.getJson`. */
export async function readModels(
  llama: Llama,
  controlOf: ControlWords,
  signal: AbortSignal,
): Promise<{ models: UpstreamModel[]; warnings: string[] }> {
  const list = await llama.getJson("/v1/models", signal);
  const warnings: string[] = [];
  const props = await readProps(llama, signal, warnings);
  const models = await Promise.all(
    toModels(list, props).map(async (entry) => {
      // Only what runs can be asked: a router's models are not told by its /props either.
      const control = entry.template === "" ? ANY_CONTROL_WORD : await controlOf(entry, signal);
      return { ...entry, control };
    }),
  );
  return { models, warnings };
}

async function readProps(llama: Llama, signal: AbortSignal, warnings: string[]): Promise<Props> {
  let props: unknown;
  try {
    props = await llama.getJson("/props", signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 503) throw error;
    warnings.push(
      "The upstream has no /props, so it is no llama-server or a very old one: " +
        "the context size, vision and thinking switches are unknown.",
    );
    return {};
  }
  return isRecord(props) ? props : {};
}
