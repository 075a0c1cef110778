/** What was dropped or replaced in a request, told in a response header. */

/** One thing; the shape that the translation gives. */
interface Note {
  code: string;
  param: string;
}

/** A header is one line of ASCII; what does not fit is counted. */
const MAX_HEADER = 1024;

/** `x-chaski-notes: image_omitted(input[3]), tool_not_offered(tools[8])`, or nothing. */
export function notesHeader(notes: readonly Note[]): Record<string, string> {
  if (notes.length === 0) return {};
  const told: string[] = [];
  let size = 0;
  for (const { code, param } of notes) {
    const text = `${code}(${param})`.replace(/[^\x20-\x7e]/g, "?");
    size += text.length + ", ".length;
    if (size > MAX_HEADER) break;
    told.push(text);
  }
  if (told.length < notes.length) told.push(`and ${notes.length - told.length} more`);
  return { "x-chaski-notes": told.join(", ") };
}
