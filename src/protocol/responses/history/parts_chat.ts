/**
 * Content parts of Responses items as parts of a chat message.
 */
import type { ChatPart } from "../../chat.ts";
import { invalidRequest } from "../../error.ts";
import { BLIND, imageRefused, isShowable, omittedImage } from "../../images.ts";
import { type InputImage, isInputFile, isInputImage, type Part } from "./parts.ts";
import { fileText } from "./parts_file.ts";
import { type Context, label, note } from "../translation_context.ts";

/** Where the content stands: chat templates take images from users only. */
export type Place = "user" | "tool" | "text";

const MISPLACED = "only users and tools can show images";

/**
 * Reads content in either form. Text parts that follow each other become one, joined by a line
 * break; images stay in place, or leave a mark in the text where they cannot be shown.
 *
 * @param param the content's path, for errors and notes.
 * @throws {ApiError} 400 for stored images and for files that are not text.
 */
export function chatParts(
  content: string | Part[] | null | undefined,
  param: string,
  place: Place,
  context: Context,
): ChatPart[] {
  if (content == null || content === "") return [];
  if (typeof content === "string") return [textPart(content)];
  const parts: ChatPart[] = [];
  content.forEach((part, i) => {
    const path = `${param}[${i}]`;
    const read = isInputImage(part)
      ? imagePart(part, path, place, context)
      : readText(isInputFile(part) ? fileText(part, path) : textOf(part, path, context));
    if (read !== null) append(parts, read, "\n");
  });
  return parts;
}

/** A text part without lone surrogates, which llama-server's JSON parser refuses. */
export function textPart(text: string): ChatPart {
  return { type: "text", text: text.toWellFormed() };
}

/** Adds a part; text after text joins it, so that templates cannot glue two words together. */
export function append(parts: ChatPart[], part: ChatPart, separator: string): void {
  const last = parts.at(-1);
  if (last?.type === "text" && part.type === "text") {
    parts[parts.length - 1] = { type: "text", text: last.text + separator + part.text };
  } else parts.push(part);
}

/** The text of parts, with a mark where an image stands. */
export function plainText(parts: readonly ChatPart[], mark = "[image]"): string {
  return parts.map((part) => part.type === "text" ? part.text : mark).join("\n");
}

function readText(text: string): ChatPart | null {
  return text === "" ? null : textPart(text);
}

function textOf(part: Part, param: string, context: Context): string {
  const text = "refusal" in part ? part.refusal : "text" in part ? part.text : undefined;
  if (typeof text === "string") return text;
  const message = `A content part of type "${label(part.type)}" was left out.`;
  note(context, "part_dropped", param, message);
  return "";
}

function imagePart(image: InputImage, param: string, place: Place, context: Context): ChatPart {
  const url = imageUrl(image, param);
  if (place !== "text" && context.facts.vision) return { type: "image_url", image_url: { url } };
  const reason = place === "text" ? MISPLACED : BLIND;
  if (context.options.images === "refuse") throw imageRefused(reason, param);
  note(context, "image_omitted", param, `An image was left out: ${reason}.`);
  return textPart(omittedImage(reason));
}

function imageUrl(image: InputImage, param: string): string {
  const url = typeof image.image_url === "string" ? image.image_url : image.image_url?.url;
  if (url === undefined && image.file_id != null) {
    const reason = "Chaski stores no files, send image_url";
    throw invalidRequest(`Cannot use an image by its id: ${reason}`, `${param}.file_id`);
  }
  if (!isShowable(url)) {
    const reason = "image_url must be a data, http or https URL";
    throw invalidRequest(`Cannot use an image: ${reason}`, `${param}.image_url`);
  }
  return url.toWellFormed();
}
