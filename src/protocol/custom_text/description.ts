/** What a model reads about a custom tool that it sees as a function. */
import type { TextFormat } from "../text_format/text_format.ts";
import type { Work } from "../text_format/walk.ts";
import { isPatchFormat } from "./patch.ts";

/** Custom tools say how to write free text, "do not wrap it in JSON"; the last word is this. */
const HOW_TO_CALL = "How to call it: the whole text goes into the one string argument `input`, " +
  "verbatim. Inside `input` there is no further JSON, code fence, quoting or shell command. " +
  "This takes precedence over anything above about the form of the call.";

const PATCH_EXAMPLE = `*** Begin Patch
*** Add File: src/greeting.py
+def greeting(name):
+    return f"Hello, {name}!"
*** Update File: src/main.py
@@ def main():
     load_settings()
-    print("Hello")
+    print(greeting("world"))
     return 0
*** End Patch`;

const PATCH_HINTS = "Every line of an added file begins with `+`. In a change, every line begins " +
  "with a space, `-` or `+`, also a blank one, and `@@` is followed by nothing or by a line of " +
  "the file, never by line numbers.";

/** The shortest program that fits is `a`, and a model that reads it learns nothing. */
const MIN_EXAMPLE = 4;

/**
 * The description of the function: the tool's own, how to call it, the format and an example. The
 * same tools always give the same texts, since they stand in the prompt's cached beginning.
 *
 * @param work what the examples of all tools of a request may cost
 */
export function customToolDescription(
  { description, format }: { description?: string | null | undefined; format: TextFormat },
  work: Work,
): string {
  const parts = [description?.trim() ?? "", HOW_TO_CALL];
  if (format.syntax !== null) {
    const syntax = format.syntax === "lark" ? "this Lark grammar" : "this regular expression";
    parts.push(`The whole text must fit ${syntax}:\n${fenced(format.definition.trim())}`);
  }
  const patch = isPatchFormat(format);
  if (patch) parts.push(PATCH_HINTS);
  const example = patch ? PATCH_EXAMPLE : format.example(work);
  if (example !== null && example.length >= MIN_EXAMPLE) {
    parts.push(`An \`input\` that fits:\n${fenced(example)}`);
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

/** In a fence longer than any inside. */
function fenced(text: string): string {
  const longest = (text.match(/`{3,}/g) ?? []).reduce(
    (most, mark) => Math.max(most, mark.length),
    2,
  );
  const mark = "`".repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
