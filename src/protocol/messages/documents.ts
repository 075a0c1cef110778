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
  const head = [block.title, block.source].filter((word) => typeof word === "string").join(", ");
  return fencedBlocks(head || "search result", block.content);
}

function ofDocument({ source, title, context }: Record<string, unknown>): DocumentText {
  const name = typeof title === "string" && title !== "" ? title : "document";
  const about = typeof context === "string" && context !== "" ? `${context}\n` : "";
  if (isRecord(source) && source.type === "content") {
    const { text, whole } = fencedBlocks(name, source.content);
    return { text: `${about}${text}`, whole };
  }
  const text = isRecord(source) ? sourceText(source, name) : null;
  return text === null
    ? { text: `${about}[document omitted: ${cleanName(name)} is no text]`, whole: false }
    : { text: `${about}${text}`, whole: true };
}

function sourceText(source: Record<string, unknown>, name: string): string | null {
  const { type, data, media_type } = source;
  if (type === "text" && typeof data === "string") return fenced(name, data);
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

/** Blocks inside a document: a mark stands for what is no text. */
function fencedBlocks(name: string, content: unknown): DocumentText {
  const blocks: unknown[] = Array.isArray(content) ? content : [content];
  const texts = blocks.map(textIn);
  const said = texts.map((text) => text ?? "[omitted: this is no text]").join("\n");
  return { text: fenced(name, said), whole: !texts.includes(null) };
}

function textIn(block: unknown): string | null {
  if (typeof block === "string") return block;
  return isRecord(block) && typeof block.text === "string" ? block.text : null;
}

function fenced(name: string, text: string): string {
  return `<document name="${cleanName(name)}">\n${text}\n</document>`;
}

function cleanName(name: string): string {
  return name.slice(0, 200).replace(/["<>\r\n]/g, "_");
}
