/** Texts whose line breaks and quotes were escaped once too often. */

const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  '"': '"',
  "/": "/",
  "\\": "\\",
};

/** Decodes what JSON escapes; anything else behind a backslash stays with it. */
export function unescapeJson(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|([^]))/g,
    (all, unit: string | undefined, char = "") =>
      unit === undefined ? CONTROLS[char] ?? all : String.fromCharCode(parseInt(unit, 16)),
  );
}

/** One line with `\n` in it stands for several; JSON has its own reading, or none. */
export function escapedText(text: string): string | null {
  if (!text.includes("\\n") || /^\s*[[{]/.test(text)) return null;
  return text.trim().includes("\n") ? null : unescapeJson(text);
}
