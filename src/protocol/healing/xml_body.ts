/**
 * The parameters of one function in XML. Values are not escaped, and closing tags may be missing,
 * so a tag counts by its place only:
 *
 * - `</parameter>` and `</function>` count where nothing but white space and closing tags follows;
 *   in the midst of a value they are part of it;
 * - `<parameter=key>` counts behind a closed value, and inside of an open one where the schema has
 *   the key and it was not given yet. So the only parameter takes everything to the end.
 *
 * Pure.
 */
import { isRecord } from "../record.ts";

export interface XmlBody {
  /** Text between tags, and tags that do not count; false where there is no value to hold it. */
  text(text: string): boolean;
  /** `<parameter=key>`; false where it does not count. */
  begin(key: string): boolean;
  /** `</parameter>`; false where there is none to close. */
  endParameter(): boolean;
  /** `</function>`; whether the function is over for sure. */
  endFunction(): boolean;
  /** Whether the function was closed by the last tags. */
  closed(): boolean;
  /** Whether it was closed by some earlier ones. */
  wasClosed(): boolean;
  /**
   * Ends the body: by `</tool_call>` ("closed"), or by something new or the end of the text
   * ("next").
   */
  end(by: "closed" | "next"): XmlBody;
  /** The values by their names, and text that stood behind the function. */
  result(): { texts: ReadonlyMap<string, string>; rest: string };
}

/** The parameter that is being read. */
interface Parameter {
  key: string;
  value: string;
  /** Closing tags and white space at the end, which are part of the value if text follows. */
  tail: string;
  /** Whether `</parameter>` and `</function>` are in the tail. */
  ended: boolean;
  over: boolean;
  /** Where the function would have ended, if its wrapper is never closed: place and tags there. */
  seam: { at: number; tags: number } | null;
}

const NOT_BLANK = /[^ \t\r\n]/;

/** @param wrapped whether `<tool_call>` stands around it, so that its end will be known better */
export function xmlBody(schema: unknown, { wrapped }: { wrapped: boolean }): XmlBody {
  const texts = new Map<string, string>();
  const known = isRecord(schema) && isRecord(schema.properties) ? schema.properties : null;
  let open: Parameter | null = null;
  let rest = "";

  function closed(): boolean {
    return open === null || (open.ended && open.over);
  }

  /** What looked like the end is part of the value. */
  function reopen(parameter: Parameter): void {
    if (closed()) parameter.seam = { at: parameter.value.length, tags: parameter.tail.length };
    parameter.value += parameter.tail;
    parameter.tail = "";
    parameter.ended = parameter.over = false;
  }

  function store(): void {
    if (open !== null) texts.set(open.key, withoutNewlines(open.value));
  }

  const body: XmlBody = {
    text(text) {
      if (open === null) return text === "";
      if (open.tail !== "" && !NOT_BLANK.test(text)) open.tail += text;
      else {
        reopen(open);
        open.value += text;
      }
      return true;
    },
    begin(key) {
      const behind = open === null || (open.ended && !open.over);
      const fresh = (known === null || Object.hasOwn(known, key)) && !texts.has(key) &&
        open?.key !== key;
      if (!behind && !fresh) return false;
      store();
      open = { key, value: "", tail: "", ended: false, over: false, seam: null };
      return true;
    },
    endParameter() {
      if (open === null) return false;
      if (open.tail !== "") reopen(open);
      open.tail = "</parameter>";
      open.ended = true;
      return true;
    },
    endFunction() {
      if (open === null) return true;
      if (open.over) reopen(open);
      open.tail += "</function>";
      open.over = true;
      return closed() && !wrapped;
    },
    closed,
    wasClosed: () => open !== null && open.seam !== null,
    end(by) {
      if (open === null) return body;
      const { seam, value, tail } = open;
      if (by === "next" && seam !== null && !closed()) {
        rest = value.slice(seam.at + seam.tags) + tail;
        open.value = value.slice(0, seam.at);
      }
      return body;
    },
    result() {
      store();
      return { texts, rest };
    },
  };
  return body;
}

/** The template puts a value on lines of its own. */
function withoutNewlines(value: string): string {
  return value.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
}
