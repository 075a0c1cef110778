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
  let value = "";
  let told = 0;
  for (const { code, param } of notes) {
    const text = `${told === 0 ? "" : ", "}${code}(${param.replace(/[^\x20-\x7e]/g, "?")})`;
    if (value.length + text.length > MAX_HEADER) break;
    value += text;
    told++;
  }
  if (told < notes.length) value += `, and ${notes.length - told} more`;
  return { "x-chaski-notes": value };
}
