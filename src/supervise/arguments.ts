/** The command line of a llama-server that Chaski runs. Pure. */

/** How a model is run. */
export interface RunShape {
  id: string;
  /** Paths. */
  model: string;
  projector: string | null;
  draft: string | null;
  template: string | null;
  /** Where llama-server may save the caches of its slots. */
  slotFolder: string | null;
  /** Tokens of one slot. */
  context: number;
  slots: number;
  serves: "chat" | "embed" | "rerank";
  /** Tokens that are read at once, where that must hold a whole input. */
  batch: number | null;
  cacheType: string | null;
  /** MiB of RAM for prompts whose slots others have taken. */
  promptCache: number;
  offload: Offload;
  /** What Chaski has chosen beside these, and then what the user has. */
  more: readonly string[];
}

/** Where the layers go: `fit` leaves it to llama-server; no devices are all of them. */
export type Offload =
  | { kind: "none" | "fit" }
  | { kind: "all"; devices: readonly string[] }
  | { kind: "layers"; layers: number };

/**
 * @param supports whether this llama-server knows an option; what it does not know is left out
 */
export function serverArguments(
  shape: RunShape,
  port: number,
  supports: (flag: string, value?: string) => boolean,
): string[] {
  const { context, slots } = shape;
  const args = ["-m", shape.model, "--host", "127.0.0.1", "--port", String(port)];
  const known = (flag: string, ...values: string[]) => {
    if (supports(flag)) args.push(flag, ...values);
  };
  known("--alias", shape.id);
  args.push("-c", String(context * slots), "-np", String(slots));
  // Each slot has its share for itself, so that no request can take another's.
  known("--no-kv-unified");
  // A context that is full must end the answer, and not forget its beginning.
  known("--no-context-shift");
  known("--jinja");
  known(supports("--no-ui") ? "--no-ui" : "--no-webui");
  known("--log-colors", "off");
  known("--cache-ram", String(shape.promptCache));
  if (shape.projector !== null) known("--mmproj", shape.projector);
  if (shape.draft !== null) known("--model-draft", shape.draft);
  if (shape.template !== null) known("--chat-template-file", shape.template);
  if (shape.slotFolder !== null) known("--slot-save-path", shape.slotFolder);
  if (shape.serves === "embed") known("--embeddings");
  if (shape.serves === "rerank") known("--reranking");
  if (shape.batch !== null) args.push("-b", String(shape.batch), "-ub", String(shape.batch));
  args.push(...cacheArguments(shape.cacheType, supports), ...offloadArguments(shape, supports));
  return [...args, ...shape.more];
}

function cacheArguments(
  type: string | null,
  supports: (flag: string, value?: string) => boolean,
): string[] {
  if (type === null) return [];
  // Values of another type than f16 need flash attention.
  const attention = supports("--flash-attn", "on") ? ["--flash-attn", "on"] : ["--flash-attn"];
  return [...(type === "f16" ? [] : attention), "--cache-type-k", type, "--cache-type-v", type];
}

function offloadArguments(
  { offload }: RunShape,
  supports: (flag: string) => boolean,
): string[] {
  const exactly = supports("--fit") ? ["--fit", "off"] : [];
  if (offload.kind === "all") {
    const only = offload.devices.length > 0 ? ["--device", offload.devices.join(",")] : [];
    return ["-ngl", "999", ...only, ...exactly];
  }
  if (offload.kind === "layers") return ["-ngl", String(offload.layers), ...exactly];
  if (offload.kind === "none") return exactly;
  return supports("--fit") ? ["--fit", "on"] : [];
}
