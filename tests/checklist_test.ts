/**
 * Holds `tests/checklist.md` against the tests: every row of the conformance checklist that concerns
 * the project names the test that proves it, or says why there is none. A test claims rows by their
 * ids in square brackets at the end of its name. `UPDATE_GOLDEN=1` writes the file anew.
 */
import { assertEquals } from "@std/assert";

/** Sections and the number of their last row. */
const SECTIONS = {
  ...{ RA: 24, RT: 39, OT: 48, AM: 49, E: 16, H: 24 },
  ...{ KV: 69, CF: 25, NC: 33, LP: 33, MD: 33, GP: 2, DL: 6 },
} as const;

/** Rows without a test of ours. */
const WITHOUT: Record<string, string> = {
  RT29: "llama-server's calls are function calls; there is no other kind to drop",
  RT31: "Chaski never answers with a function_call_output",
  AM07: "tools that run on the server are not the project's",
  AM26: "llama-server tells what is new alone, so there is nothing to compare",
  E05: "tools that run on the server are not the project's",
  KV63: "a header is a value that a reading gives; there is none before it",
  KV64: "a size follows from the header it is asked of; nothing is kept that could be reset",
  CF23: "a plan is a value; there is nothing stored that could differ from it",
  NC05: "a native context belongs to a header, which goes with its model",
  NC22: "Chaski runs GGUF models alone",
  NC01: "a header is a value that a reading gives; there is none before it",
  LP22: "only files that were found are loaded",
  MD05: "copies in several places are models of their own; only one file is one model",
  MD07: "Chaski lists GGUF models only",
  MD09: "sizes are those of the files",
  MD12: "Chaski lists GGUF models only",
  MD18: "nothing is remembered from one look to the next",
  MD20: "there is no look-up beside the one by name",
  ...rows("MD", 26, 33, "vision is read off the projector's header, in the process itself"),
  ...rows("GP", 1, 2, "nobody names GPUs to Chaski: it takes those that the environment leaves"),
  DL05: "a download that was cut is gone on with, so its bytes are not needed again",
  H23: "keys that expire or are revoked are not there yet",
};

function rows(section: string, from: number, to: number, reason: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: to - from + 1 }, (_, i) => [idOf(section, from + i), reason]),
  );
}

function idOf(section: string, number: number): string {
  return `${section}${String(number).padStart(2, "0")}`;
}

/** Row → the names of the tests that claim it, with their files. */
async function claims(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const file of testFiles(new URL(".", import.meta.url))) {
    const text = await Deno.readTextFile(new URL(file, import.meta.url));
    for (const [, name = ""] of text.matchAll(/["`]([^"\n]*?(?:\[[A-Z]{1,2}\d{2}\] ?)+)["`]/g)) {
      for (const [, id = ""] of name.matchAll(/\[([A-Z]{1,2}\d{2})\]/g)) {
        const said = name.replace(/(?: ?\[[A-Z]{1,2}\d{2}\])+$/, "").replaceAll("|", "\\|").trim();
        found.set(id, [...found.get(id) ?? [], `${said} (${file})`]);
      }
    }
  }
  return found;
}

async function* testFiles(folder: URL, path = ""): AsyncGenerator<string> {
  const entries = [];
  for await (const entry of Deno.readDir(folder)) entries.push(entry);
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (isDirectory) yield* testFiles(new URL(`${name}/`, folder), `${path}${name}/`);
    else if (name.endsWith(".ts") && name !== "checklist_test.ts") yield path + name;
  }
}

function render(proofs: Map<string, string[]>): string {
  const lines = Object.entries(SECTIONS).flatMap(([section, last]) =>
    Array.from({ length: last }, (_, i) => {
      const id = idOf(section, i + 1);
      const proof = proofs.get(id)?.[0] ?? (WITHOUT[id] ? `– ${WITHOUT[id]}` : "NOTHING");
      return `| ${id} | ${proof} |`;
    })
  );
  return [
    "# Conformance checklist",
    "",
    "Which test proves which row, by the rows' ids. Written by `checklist_test.ts`.",
    "",
    "| row | proved by, or why not |",
    "| --- | --- |",
    ...lines,
    "",
  ].join("\n");
}

Deno.test("the checklist names a test for every row that concerns the project", async () => {
  const proofs = await claims();
  const missing = Object.entries(SECTIONS).flatMap(([section, last]) =>
    Array.from({ length: last }, (_, i) => idOf(section, i + 1))
  ).filter((id) => !proofs.has(id) && WITHOUT[id] === undefined);
  assertEquals(missing, []);
  assertEquals(Object.keys(WITHOUT).filter((id) => proofs.has(id)), []);
  const file = new URL("checklist.md", import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(file, render(proofs));
  assertEquals(await Deno.readTextFile(file), render(proofs));
});
