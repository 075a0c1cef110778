/**
 * Files inside requests: text is read in place, anything else is refused.
 */
import { invalidRequest } from "../../error.ts";
import type { InputFile } from "./parts.ts";

/** Media types that are text without saying so. */
const TEXTUAL = /^(?:text\/|application\/(?:json|xml|yaml|toml|javascript|sql|.+\+(?:json|xml))$)/;

/**
 * The text of an `input_file`, fenced by its name so that the model sees where it ends.
 *
 * @throws {ApiError} 400 for a stored or remote file (Chaski keeps and fetches none) and for
 * content that is not UTF-8 text; `param` names the field below the given path.
 */
export function fileText(file: InputFile, param: string): string {
  if (file.file_data == null) throw unreadable(file, param);
  const { media, payload, base64 } = splitDataUrl(file.file_data);
  const text = media === "" || TEXTUAL.test(media) ? decode(payload, base64) : null;
  if (text === null) {
    const reason = "only UTF-8 text, as base64 or a data URL, can be given to the model";
    throw invalidRequest(`Cannot use a file: ${reason}`, `${param}.file_data`);
  }
  const name = (file.filename ?? "file").replace(/["<>\r\n]/g, "_");
  return `<file name="${name}">\n${text}\n</file>`.toWellFormed();
}

function unreadable(file: InputFile, param: string): Error {
  if (file.file_id != null) {
    return invalidRequest(
      "Cannot use a file by its id: Chaski stores no files",
      `${param}.file_id`,
    );
  }
  if (file.file_url != null) {
    const reason = "Chaski fetches no files, send file_data";
    return invalidRequest(`Cannot use a file by its URL: ${reason}`, `${param}.file_url`);
  }
  return invalidRequest("Cannot use a file: file_data is missing", `${param}.file_data`);
}

function splitDataUrl(data: string): { media: string; payload: string; base64: boolean } {
  const comma = data.indexOf(",");
  if (!/^data:/i.test(data) || comma < 0) return { media: "", payload: data, base64: true };
  const [media = "", ...rest] = data.slice("data:".length, comma).toLowerCase().split(";");
  const base64 = rest.some((option) => option.trim() === "base64");
  return { media: media.trim(), payload: data.slice(comma + 1), base64 };
}

/** A plain loop: `Uint8Array.from` with a function takes seconds for what a prompt may hold. */
function bytesOfBase64(payload: string): Uint8Array<ArrayBuffer> {
  const binary = atob(payload);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Text, or null where the bytes are none. */
function decode(payload: string, base64: boolean): string | null {
  try {
    const bytes = base64
      ? bytesOfBase64(payload)
      : new TextEncoder().encode(decodeURIComponent(payload));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
