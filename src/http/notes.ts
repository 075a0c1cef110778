/** What was dropped or replaced in a request, told in a response header and in the log. */
import type { Note } from "../protocol/note.ts";

/** A client may cause as many notes as it sends items: the rest is counted. */
const MOST = 20;
/** Characters of one note; names and paths come from the client. */
const MAX_NOTE = 100;

/** `image_omitted(input[3])` and so on, in ASCII; the last one may say how many more there were. */
export function noteLabels(notes: readonly Note[]): string[] {
  const labels = notes.slice(0, MOST).map(({ code, param }) =>
    `${code}(${param})`.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_NOTE)
  );
  return notes.length > MOST ? [...labels, `and ${notes.length - MOST} more`] : labels;
}

/** `x-chaski-notes: image_omitted(input[3]), tool_not_offered(tools[8])`, or nothing. */
export function notesHeader(notes: readonly Note[]): Record<string, string> {
  return notes.length === 0 ? {} : { "x-chaski-notes": noteLabels(notes).join(", ") };
}
