/** Documents and search results as text, which is all that a model behind llama-server reads. */
import { isRecord } from "../record.ts";
import { ApiError } from "../error.ts";
import { fileText } from "../responses/history/parts_file.ts";

/** A document's text; `whole` is false for a mark in its place. */
export interface DocumentText {
  text: string;
  whole: boolean;
}

/** The text of a block that holds a document or a search result; null for any other block. */
export function documentText(block: Record<string, unknown>): DocumentText | null {
  if (block.type === "document") return ofDocument(block);
  if (block.type !== "search_result") return null;
  const texts = textsIn(block.content);
  const head = [block.title, block.source].filter((word) => typeof word === "string").join(", ");
  return { text: fenced(head || "search result", texts.join("\n")), whole: true };
}

function ofDocument({ source, title, context }: Record<string, unknown>): DocumentText {
  const name = typeof title === "string" && title !== "" ? title : "document";
  const about = typeof context === "string" && context !== "" ? `${context}\n` : "";
  const text = isRecord(source) ? sourceText(source, name) : null;
  return text === null
    ? { text: `${about}[document omitted: ${cleanName(name)} is no text]`, whole: false }
    : { text: `${about}${text}`, whole: true };
}

function sourceText(source: Record<string, unknown>, name: string): string | null {
  const { type, data, media_type, content } = source;
  if (type === "text" && typeof data === "string") return fenced(name, data);
  if (type === "content") {
    const texts = typeof content === "string" ? [content] : textsIn(content);
    return texts.length === 0 ? null : fenced(name, texts.join("\n"));
  }
  if (type !== "base64" || typeof data !== "string") return null;
  const media = typeof media_type === "string" ? media_type : "";
  try {
    return fileText(
      { type: "input_file", file_data: `data:${media};base64,${data}`, filename: name },
      "source",
    );
  } catch (cause) {
    // What is no text leaves a mark: Claude Code would answer a 400 by asking six times.
    if (cause instanceof ApiError) return null;
    throw cause;
  }
}

function textsIn(content: unknown): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block) =>
    isRecord(block) && typeof block.text === "string" ? [block.text] : []
  );
}

function fenced(name: string, text: string): string {
  return `<document name="${cleanName(name)}">\n${text}\n</document>`;
}

function cleanName(name: string): string {
  return name.slice(0, 200).replace(/["<>\r\n]/g, "_");
}
