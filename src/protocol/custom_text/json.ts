/** Texts in JSON, as a model writes them that takes the argument for the whole call. */
import { isRecord } from "../record.ts";
import { unescapeJson } from "./escapes.ts";

/** Where the text may be, the likeliest first. */
const KEYS = ["input", "patch", "text", "content", "code", "cmd", "command", "script", "arguments"];
/** A patch for another folder is another patch. */
const FOLDER_KEYS = ["workdir", "cwd", "dir"];
const MAX_DEPTH = 4;

/** The text in a JSON value: `{"input": text}`, `["apply_patch", text]`, `"text"` and so on. */
export function jsonText(text: string): string | null {
  const value = parse(text);
  return typeof value === "object" || typeof value === "string" ? textIn(value, 0) : null;
}

/** The text of `{"input": text}` with nothing beside it. */
export function soleInput(text: string): string | null {
  const value = parse(text);
  if (!isRecord(value) || Object.keys(value).length !== 1) return null;
  return typeof value.input === "string" ? value.input : null;
}

/** Only what begins like JSON is parsed: the text may have megabytes. */
function parse(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textIn(value: unknown, depth: number): string | null {
  if (typeof value === "string") return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return textIn(argumentOf(value), depth + 1);
  if (!isRecord(value) || FOLDER_KEYS.some((key) => elsewhere(value[key]))) return null;
  const keys = Object.keys(value);
  const key = KEYS.find((key) => Object.hasOwn(value, key)) ?? (keys.length === 1 ? keys[0]! : "");
  return textIn(value[key], depth + 1);
}

function elsewhere(folder: unknown): boolean {
  return folder != null && folder !== "" && folder !== "." && folder !== "./";
}

/** `[text]`, `["command", text]` or `["bash", "-lc", text]`. */
function argumentOf(list: readonly unknown[]): unknown {
  const [command, option] = list;
  if (list.length === 1) return command;
  if (list.length === 2 && typeof command === "string" && /^[\w./-]{1,64}$/.test(command)) {
    return option;
  }
  const shell = typeof command === "string" && /^[\w/]{0,32}sh$/.test(command);
  return list.length === 3 && shell && /^-l?c$/.test(String(option)) ? list[2] : null;
}

const OPENING = /^\s*\{\s*"(\w{1,32})"\s*:\s*"/;

/** The same for an object whose one string has real line breaks or bare quotes in it. */
export function looseJsonText(text: string): string | null {
  const [opening, key = ""] = OPENING.exec(text) ?? [];
  if (opening === undefined || !KEYS.includes(key) || parse(text) !== undefined) return null;
  const closed = text.trimEnd();
  const inside = closed.endsWith("}") ? closed.slice(0, -1).trimEnd() : "";
  if (!inside.endsWith('"') || inside.length <= opening.length) return null;
  return unescapeJson(inside.slice(opening.length, -1));
}
