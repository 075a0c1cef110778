/** What models write for `apply_patch`, and what was meant: name, raw text, expected text. */

export const PATCH = `*** Begin Patch
*** Add File: docs/a.md
+# Title
+
+Text with "quotes", 'quotes', \\n and $HOME.
*** Update File: src/main.py
@@ def main():
     load()
-    print("a\\n")
+    print("b\\n")

 	return 0
*** End Patch`.replace("\n\n \t", "\n \n \t");

const json = JSON.stringify;
const ADD = "*** Begin Patch\n*** Add File: a.txt\n+one\n+two\n*** End Patch";
const UPDATE =
  "*** Begin Patch\n*** Update File: a.py\n@@\n def f():\n-    x\n+    y\n*** End Patch";
const lines = (...some: string[]) => some.join("\n");

export type Case = readonly [name: string, raw: string, expected: string];

export const WRAPPED: readonly Case[] = [
  ["an object with input", json({ input: PATCH }), PATCH],
  ["an object with patch", json({ patch: PATCH }), PATCH],
  ["an object with another name", json({ diff: PATCH }), PATCH],
  ["an object with more in it", json({ explanation: "I fix it", input: PATCH }), PATCH],
  ["an object with the folder itself", json({ workdir: ".", command: PATCH }), PATCH],
  ["an object in an object", json({ arguments: { input: PATCH } }), PATCH],
  ["an object as a string in an object", json({ input: json({ input: PATCH }) }), PATCH],
  ["a JSON string", json(PATCH), PATCH],
  ["a JSON string twice", json(json(PATCH)), PATCH],
  ["a command list", json({ command: ["apply_patch", PATCH] }), PATCH],
  ["a list", json(["apply_patch", PATCH]), PATCH],
  ["a list of one", json([PATCH]), PATCH],
  ["a list with a shell", json(["bash", "-lc", `apply_patch <<'EOF'\n${PATCH}\nEOF`]), PATCH],
  ["a shell command", json({ cmd: `apply_patch <<'EOF'\n${PATCH}\nEOF\n` }), PATCH],
  ["JSON with line breaks", `{"input": "${ADD}"}`, ADD],
  [
    "JSON with bare quotes",
    `{"patch": "${ADD.replace("one", 'a "b" c')}"}\n`,
    ADD.replace("one", 'a "b" c'),
  ],
  ["a fence", "```\n" + PATCH + "\n```", PATCH],
  ["a fence with a language", "```diff\n" + PATCH + "\n```\n", PATCH],
  ["a fence of tildes", "~~~ patch\n" + PATCH + "\n~~~", PATCH],
  ["a fence in prose", "Here is the patch:\n\n```patch\n" + PATCH + "\n```\nDone.", PATCH],
  ["a fence without an end", "```\n" + PATCH, PATCH],
  ["JSON in a fence", "```json\n" + json({ input: PATCH }, null, 2) + "\n```", PATCH],
  ["a fence in JSON", json({ input: "```\n" + PATCH + "\n```" }), PATCH],
  [
    "a fence around fences",
    "```\n*** Begin Patch\n*** Add File: a.md\n```sh\nls\n```\n*** End Patch\n```",
    "*** Begin Patch\n*** Add File: a.md\n+```sh\n+ls\n+```\n*** End Patch",
  ],
  ["a here-document", `apply_patch <<'EOF'\n${PATCH}\nEOF`, PATCH],
  ["a here-document with double quotes", `apply_patch << "PATCH"\n${PATCH}\nPATCH\n`, PATCH],
  ["a here-document without quotes", `apply_patch <<EOF\n${PATCH}\nEOF`, PATCH],
  ["a here-document in a pipe", `cat <<EOF | apply_patch\n${PATCH}\nEOF`, PATCH],
  ["a here-document without an end", `apply_patch <<'EOF'\n${PATCH}`, PATCH],
  [
    "a shell with double quotes",
    `bash -lc "apply_patch <<'EOF'\n${PATCH.replace(/[\\"$`]/g, "\\$&")}\nEOF"`,
    PATCH,
  ],
  ["a shell with single quotes", `bash -lc '${ADD}'`, ADD],
  ["one argument", `apply_patch '${ADD}'`, ADD],
  ["one argument with quotes", `apply_patch '${PATCH.replaceAll("'", `'\\''`)}'`, PATCH],
  ["one argument in double quotes", `apply_patch "${ADD}"`, ADD],
  ["one argument in C quotes", `apply_patch $'${ADD.replaceAll("\n", "\\n")}'`, ADD],
  ["one argument with loose quotes", `apply_patch '${PATCH}'`, PATCH],
  ["a call with JSON", `apply_patch(${json({ input: PATCH })})`, PATCH],
  ["a call with a string", `await tools.apply_patch(${json(PATCH)});`, PATCH],
  ["a call with a template", `apply_patch(\`${ADD}\`)`, ADD],
  ["the name and the patch", `apply_patch\n${PATCH}`, PATCH],
  ["line breaks as escapes", PATCH.replaceAll("\\", "\\\\").replaceAll("\n", "\\n"), PATCH],
  ["escapes in JSON", json({ input: ADD.replaceAll("\n", "\\n") }), ADD],
  ["blank lines around", `\n\n${PATCH}\n\n\n`, PATCH],
];

export const REPAIRED: readonly Case[] = [
  ["no end", PATCH.replace("\n*** End Patch", ""), PATCH],
  ["no end but blank lines", PATCH.replace("*** End Patch", "\n\n"), PATCH],
  ["no begin", PATCH.replace("*** Begin Patch\n", ""), PATCH],
  ["neither", ADD.split("\n").slice(1, -1).join("\n"), ADD],
  ["neither, in JSON", json({ patch: ADD.split("\n").slice(1, -1).join("\n") }), ADD],
  ["prose before", `I will fix it.\n\n${PATCH}`, PATCH],
  ["prose after", `${PATCH}\n\nThis fixes the bug.`, PATCH],
  ["stars around the markers", ADD.replace("Patch\n", "Patch ***\n") + " ***", ADD],
  ["carriage returns", PATCH.replaceAll("\n", "\r\n") + "\r\n", `${PATCH}\n`],
  ["indentation", PATCH.replaceAll(/^/gm, "    "), PATCH],
  ["indentation of the first line", `  ${PATCH}`, PATCH],
  ["indentation without an end", ADD.replaceAll(/^/gm, "\t").replace("\n\t*** End Patch", ""), ADD],
  ["blank lines between files", ADD.replace("*** End", "\n\n*** End"), ADD],
  ["a blank line after begin", ADD.replace("Patch\n", "Patch\n\n"), ADD],
  ["an added file without marks", ADD.replaceAll("+", ""), ADD],
  ["an added file, some without marks", ADD.replace("+two", "two"), ADD],
  [
    "an added file with pluses of its own",
    "*** Begin Patch\n*** Add File: a\none\n+two\n\n*** End Patch",
    "*** Begin Patch\n*** Add File: a\n+one\n++two\n*** End Patch",
  ],
  ["an added file with blank lines", ADD.replace("+two", "\n+two"), ADD.replace("+two", "+\n+two")],
  ["a blank line in a change", UPDATE.replace("+  ", "\n+  "), UPDATE.replace("+  ", " \n+  ")],
  [
    "blank lines around a change",
    UPDATE.replace("@@", "\n@@").replace("*** End", "\n@@\n-b\n\n*** End"),
    UPDATE.replace("*** End", "@@\n-b\n*** End"),
  ],
  ["context without its space", UPDATE.replace(" def", "def"), UPDATE],
  ["no space in a header", UPDATE.replace("File: ", "File:"), UPDATE],
  ["no space after @@", UPDATE.replace("@@", "@@class A:"), UPDATE.replace("@@", "@@ class A:")],
  ["space after @@", UPDATE.replace("@@", "@@ "), UPDATE],
  [
    "line numbers, in a patch that does not fit",
    UPDATE.replace("@@", "@@ -1,3 +1,4 @@ def").replace("*** End Patch", ""),
    UPDATE,
  ],
  [
    "the head of a diff, in a patch that does not fit",
    UPDATE.replace("@@", "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,4 @@").replace("*** End Patch", ""),
    UPDATE,
  ],
  [
    "a move",
    UPDATE.replace("@@", "\n***Move to: b.py \n@@").replace("*** Begin Patch", ""),
    UPDATE.replace("@@", "*** Move to: b.py\n@@"),
  ],
  [
    "the end of the file",
    UPDATE.replace("*** End", "*** End of File\n\n*** End"),
    UPDATE.replace("*** End", "*** End of File\n*** End"),
  ],
  ["deleted", "*** Delete File: a\n", "*** Begin Patch\n*** Delete File: a\n*** End Patch"],
  [
    "a diff",
    "--- a/a.py\t2024\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def f():\n-    x\n+    y\n" +
    "\\ No newline at end of file\n",
    UPDATE,
  ],
  [
    "a diff by git, in a fence",
    "```diff\ndiff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n" +
    "@@ -1 +1 @@ x\n def f():\n-    x\n+    y\n```",
    UPDATE,
  ],
  [
    "a diff between markers",
    "*** Begin Patch\n--- a.py\n+++ a.py\n@@\n def f():\n-    x\n+    y\n*** End Patch",
    UPDATE,
  ],
  ["a diff of a new file", "--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n", ADD],
  [
    "a diff of a deleted file",
    "--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n",
    "*** Begin Patch\n*** Delete File: a\n*** End Patch",
  ],
];

/** Texts with more than one meaning, or none: they stay. */
export const LEFT: readonly (readonly [name: string, raw: string])[] = [
  ["nothing", ""],
  ["prose", "I cannot do that."],
  ["a frame without a file", "*** Begin Patch\n*** End Patch"],
  ["an empty added file", "*** Begin Patch\n*** Add File: a\n*** End Patch"],
  ["two patches", lines(ADD, "Better:", ADD)],
  ["two patches in fences", lines("```", ADD, "```", "or", "```", UPDATE, "```")],
  ["a file without an end, then prose", `${ADD.replace("*** End Patch", "")}\nThis adds a file.`],
  ["a patch after a change of folder", `cd sub && apply_patch <<'EOF'\n${ADD}\nEOF`],
  ["a patch for another folder", json({ workdir: "/else", command: ["apply_patch", ADD] })],
  ["a patch for another folder, as no JSON", `{"input": "${ADD}", "workdir": "/else"}`],
  ["another folder and a patch, as no JSON", `{"workdir": "/else", "input": "${ADD}"}`],
  ["a diff of two files", lines("--- a", "+++ a", "@@", "-x", "--- b", "+++ b", "@@", "-y")],
  ["a diff that renames", lines("--- a/a", "+++ b/b", "@@ -1 +1 @@", "-x", "+y")],
  ["a list of commands", json(["git", "apply", ADD])],
];
