/** A client's transcription request: a form, as llama-server takes it. Pure. */
import { invalidRequest } from "./error.ts";

/** A transcription request, looked at as far as Chaski has to. */
export interface ClientTranscription {
  model: string | null;
  stream: boolean;
  form: FormData;
}

/** Reads what matters of a form; throws ApiError 400. */
export function parseTranscription(form: FormData): ClientTranscription {
  if (!(form.get("file") instanceof File)) {
    throw invalidRequest("Cannot transcribe: 'file' is missing, or is no file.", "file");
  }
  return {
    model: textOf(form, "model"),
    // llama-server's own reading of the field.
    stream: textOf(form, "stream") === "true",
    form,
  };
}

function textOf(form: FormData, name: string): string | null {
  const value = form.get(name);
  if (value instanceof File) throw invalidRequest(`Cannot read '${name}': it is a file.`, name);
  return value;
}

/**
 * The form with the model as llama-server calls it, and what was read of it said once; everything
 * else stays as it was sent.
 */
export function transcriptionForm(
  { form, stream }: ClientTranscription,
  upstreamId: string,
): FormData {
  const sent = new FormData();
  for (const [name, value] of form) {
    if (name !== "model" && name !== "stream") sent.append(name, value);
  }
  sent.append("model", upstreamId);
  sent.append("stream", String(stream));
  return sent;
}
