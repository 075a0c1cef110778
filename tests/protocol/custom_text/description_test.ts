import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { customToolDescription } from "../../../src/protocol/custom_text/description.ts";
import { textFormat, workForExamples } from "../../../src/protocol/text_format/text_format.ts";
import { applyPatch, exec } from "../codex_tools.ts";

Deno.test("`customToolDescription()` has the last word on the form of the call", () => {
  const text = customToolDescription(
    { ...applyPatch, format: textFormat(applyPatch.format) },
    workForExamples(),
  );
  assert(text.startsWith(applyPatch.description));
  assert(text.indexOf("`input`") > text.indexOf("do not wrap the patch in JSON"));
  assertStringIncludes(text, "takes precedence");
});

Deno.test("`customToolDescription()` shows the format in a fence, and names its syntax", () => {
  const text = customToolDescription(
    { ...exec, format: textFormat(exec.format) },
    workForExamples(),
  );
  assertStringIncludes(
    text,
    `this Lark grammar:\n\`\`\`\n${exec.format.definition.trim()}\n\`\`\``,
  );
  assert(!text.includes("that fits:"));
  const format = textFormat({ type: "grammar", syntax: "regex", definition: "````{3}\\d+" });
  const other = customToolDescription({ format }, workForExamples());
  assertStringIncludes(other, "this regular expression:\n`````\n````{3}\\d+\n`````");
  assertStringIncludes(other, "An `input` that fits:\n```````\n``````1\n```````");
});

Deno.test("`customToolDescription()` shows a patch that fits the grammar of apply_patch", () => {
  const format = textFormat(applyPatch.format);
  const text = customToolDescription({ format }, workForExamples());
  const example = text.slice(text.lastIndexOf("*** Begin Patch"), text.lastIndexOf("\n```"));
  assertEquals(format.verdict(example), "fits");
  assertStringIncludes(example, "*** Add File: ");
  assertStringIncludes(example, "*** Update File: ");
});

Deno.test("`customToolDescription()` is short where nothing is known", () => {
  const [any, unknown] = [undefined, { type: "odd" }].map((format) =>
    customToolDescription(
      { description: " Notes it. ", format: textFormat(format) },
      workForExamples(),
    )
  );
  assert(any!.startsWith("Notes it.\n\nHow to call it: "));
  assertEquals(any!.split("\n\n").length, 2);
  assertEquals(unknown, any);
  assert(
    customToolDescription({ description: null, format: textFormat(null) }, workForExamples())
      .startsWith("How"),
  );
});

Deno.test("`customToolDescription()` gives examples up before they cost anything to speak of", () => {
  const deep = Array.from(
    { length: 200 },
    (_, i) => `r${i}: ${"(".repeat(40)}r${i + 1}${")".repeat(40)}`,
  );
  const definitions: ["lark" | "regex", string][] = [
    ["lark", `start: r0\n${deep.join("\n")}\nr200: "end of it"\n`],
    ...Array.from({ length: 50 }, (): ["regex", string] => ["regex", "(a?){9000}a{490}"]),
    ...Array.from({ length: 50 }, (): ["regex", string] => ["regex", "(a{0,100}){0,100}"]),
  ];
  const work = workForExamples();
  const start = performance.now();
  for (const [syntax, definition] of definitions) {
    const format = textFormat({ type: "grammar", syntax, definition });
    assert(customToolDescription({ format }, work).includes("verbatim"));
  }
  assert(performance.now() - start < 10_000);
});
