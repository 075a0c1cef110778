/** Parses a configuration of somebody else's program. */

import { parse } from "@std/toml";
import { scanToml, type Statement } from "./toml_scan.ts";

/**
 * The document. A byte order mark is no part of it.
 *
 * @throws {SyntaxError} that names the line and quotes nothing: it could be a secret
 */
export function parseToml(text: string): Record<string, unknown> {
  const bare = text.replace(/^\uFEFF/, "");
  try {
    return parse(bare);
  } catch (error) {
    try {
      return parse(outerFirst(bare));
    } catch {
      const line = error instanceof Error && /on line (\d+)/.exec(error.message)?.[1];
      throw new SyntaxError(`${line ? `line ${line}: ` : ""}this is not valid TOML`);
    }
  }
}

/** Sorting is not meant for more. */
const MOST = 10_000;

/**
 * The same document with outer tables before those inside them, as most files have them anyway:
 * @std/toml 1.0 refuses the other order, which TOML and Codex allow.
 */
function outerFirst(text: string): string {
  const headers = scanToml(text).filter(({ kind }) => kind !== "pair");
  if (headers.length > MOST) return text;
  const arrays = headers.filter(({ kind }) => kind === "array");
  // What lies in an array of tables belongs to the entry before it, so all of that keeps its order.
  const rank = ({ path }: Statement) =>
    arrays.some((array) => array.path.every((key, index) => path[index] === key))
      ? Infinity
      : path.length;
  const tables = headers.map((header, index) => ({
    rank: rank(header),
    text: text.slice(header.start, headers[index + 1]?.start),
  }));
  const sorted = tables.toSorted((a, b) => a.rank === b.rank ? 0 : a.rank - b.rank);
  return [text.slice(0, headers[0]?.start), ...sorted.map((table) => table.text)].join("\n");
}
