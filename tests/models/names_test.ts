import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { downloadOf, type FileGroup, groupParts, isModelFile } from "../../src/models/files.ts";
import { aliasesOf, idOf, nameOf, uniqueIds } from "../../src/models/names.ts";
import { compareQuants, partQuant, quantOfFileType } from "../../src/models/quants.ts";
import { found } from "./model_files.ts";

const LABELS: [string, string, string | null][] = [
  ["Qwen3-8B-Q4_K_M", "Qwen3-8B", "Q4_K_M"],
  ["Qwen3-30B-A3B-UD-Q4_K_XL", "Qwen3-30B-A3B", "UD-Q4_K_XL"],
  ["gpt-oss-20b-mxfp4", "gpt-oss-20b", "MXFP4"],
  ["x-MXFP4_MOE", "x", "MXFP4"],
  ["Llama-3.2.IQ2_XXS", "Llama-3.2", "IQ2_XXS"],
  ["gemma-3-4b-it-qat-q4_0", "gemma-3-4b-it-qat", "Q4_0"],
  ["phi_Q4_0_4_4", "phi", "Q4_0_4_4"],
  ["bge-m3-fp16", "bge-m3", "F16"],
  ["bge-m3-BF16", "bge-m3", "BF16"],
  ["bitnet TQ1_0", "bitnet", "TQ1_0"],
  ["Qwen3-Q8_0-MTP", "Qwen3-MTP", "Q8_0"],
  ["Q6_K", "", "Q6_K"],
  ["F16-models-Q2_K", "F16-models", "Q2_K"],
  ["NotAQ4_K_Mquant", "NotAQ4_K_Mquant", null],
  ["Qwen3-8B", "Qwen3-8B", null],
];

for (const [name, rest, quant] of LABELS) {
  Deno.test(`partQuant() parts ${name}`, () => assertEquals(partQuant(name), { rest, quant }));
}

Deno.test("quantOfFileType() knows llama.cpp's numbers, guessed ones too", () => {
  assertEquals([0, 1, 15, 38, 1024 + 7, 4, 99, null].map(quantOfFileType), [
    ...["F32", "F16", "Q4_K_M", "MXFP4", "Q8_0"],
    ...[null, null, null],
  ]);
});

Deno.test("compareQuants() puts the best compromise first, and no label last", () => {
  const order = [
    ...["UD-Q4_K_XL", "MXFP4", "Q4_K_M", "Q4_K_S", "Q4_0", "IQ4_XS", "Q5_K_M", "Q6_K", "Q8_0"],
    ...["Q3_K_M", "F16", "BF16", "Q2_K", "IQ2_M", "F32", "IQ1_S", null],
  ];
  const sorted = order.toReversed().sort(compareQuants);
  const same = new Set(["MXFP4", "Q4_K_M", "Q4_K_S"]);
  const without = (labels: typeof order) => labels.filter((each) => !same.has(each ?? ""));
  assertEquals(without(sorted), without(order));
});

Deno.test("isModelFile() goes by the ending in any case [MD01] [MD03]", () => {
  const models = ["a.gguf", "A.GGUF", "a.b.Gguf"];
  const others = ["a.gguf.part", "._a.gguf", ".a.gguf", "downloading_a.gguf", "a.bin", "gguf", ""];
  assertEquals([...models, ...others].filter(isModelFile), models);
  const signs = ["a.gguf.aria2", "a.gguf.part", "b.gguf.downloadInProgress", "c.part", "a.gguf"];
  assertEquals(signs.map(downloadOf), ["a.gguf", "a.gguf", "b.gguf", null, null]);
});

function groupsOf(...paths: string[]) {
  return groupParts(paths.map((path) => found(path))).map(({ files, base, parts, hasFirst }) => ({
    files: files.map(({ path }) => path.slice(3)),
    base,
    parts,
    hasFirst,
  }));
}

Deno.test("groupParts() joins the parts of one model in their order, and no others", () => {
  const groups = groupsOf(
    ...["a/x-00002-of-00002.gguf", "a/x-00001-of-00002.gguf", "a/x-00001-of-00003.gguf"],
    ...["b/x-00002-of-00002.gguf", "a/y-00001-of-00002.gguf", "a/x.gguf"],
  );
  const one = { base: "x", parts: 2, hasFirst: true };
  assertEquals(groups, [
    { ...one, files: ["a/x-00001-of-00002.gguf", "a/x-00002-of-00002.gguf"] },
    { ...one, parts: 3, files: ["a/x-00001-of-00003.gguf"] },
    { ...one, hasFirst: false, files: ["b/x-00002-of-00002.gguf"] },
    { ...one, base: "y", files: ["a/y-00001-of-00002.gguf"] },
    { ...one, parts: 1, files: ["a/x.gguf"] },
  ]);
});

Deno.test("groupParts() takes numbers that are none of a part for names", () => {
  const names = ["x-00000-of-00002.gguf", "x-00003-of-00002.gguf", "x-00000-of-00000.gguf"];
  assertEquals(groupsOf(...names).map(({ base, parts }) => `${base}.gguf ${parts}`), [
    ...names.map((name) => `${name} 1`),
  ]);
});

function group(path: string, changes: Parameters<typeof found>[1] = {}): FileGroup {
  const [only] = groupParts([found(path, changes)]);
  if (!only) throw new Error("no group");
  return only;
}

const NAMES: [string, FileGroup, number | null, string][] = [
  ["its file", group("Qwen3-8B-Q4_K_M.gguf"), 7, "Qwen3-8B:Q4_K_M"],
  ["its file, and the header's label", group("Qwen3-8B.gguf"), 7, "Qwen3-8B:Q8_0"],
  ["its file alone", group("Qwen3-8B.gguf"), null, "Qwen3-8B"],
  ["a part", group("Big-Q8_0-00001-of-00002.gguf"), null, "Big:Q8_0"],
  ["its folder", group("Qwen3-8B/model.gguf"), 1, "Qwen3-8B:F16"],
  ["its folder, for a label alone", group("Qwen3-8B-F16/Q4_K_M.gguf"), 1, "Qwen3-8B:Q4_K_M"],
  ["nothing", group("ggml-model-q4_0.gguf"), null, "model:Q4_0"],
  [
    "a file with odd signs",
    group("a: b/../\u0007c?.gguf", { name: "ä: \u0007c?/.gguf" }),
    null,
    "ä-c",
  ],
];

for (const [what, files, fileType, id] of NAMES) {
  Deno.test(`nameOf() calls a model after ${what}`, () => {
    assertEquals(idOf(nameOf(files, fileType)), id);
  });
}

function idsOf(...paths: string[]): string[] {
  return uniqueIds(paths.map((path) => {
    const files = group(path);
    return { named: nameOf(files, null), group: files };
  }));
}

Deno.test("uniqueIds() gives equal names their folder, then a number [MD16]", () => {
  assertEquals(
    idsOf("a/x-F16.gguf", "b/X-F16.gguf", "c/b/x-F16.gguf", "d/b/x-F16.gguf", "b/x.gguf"),
    [
      ...["x:F16", "b/X:F16", "x-2:F16", "x-3:F16", "x"],
    ],
  );
});

Deno.test("uniqueIds() gives any files ids that are unique, and no paths or control signs", () => {
  const path = fc.array(
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a", "b", "model")),
    {
      minLength: 1,
      maxLength: 4,
    },
  ).map((parts) => `${parts.join("/")}.gguf`);
  fc.assert(
    fc.property(fc.array(path, { maxLength: 20 }), (paths) => {
      const ids = idsOf(...paths);
      assertEquals(new Set(ids.map((id) => id.toLowerCase())).size, paths.length);
      for (const id of ids) {
        assert(/^[\p{L}\p{N}._+-]+(\/[\p{L}\p{N}._+-]+)?(:[\w-]+)?$/u.test(id), id);
      }
      assertEquals(idsOf(...paths), ids);
    }),
    { numRuns: 500 },
  );
});

Deno.test("aliasesOf() knows the file and the repository", () => {
  const files = group("x-F16.gguf", { aliases: ["org/x-GGUF"] });
  assertEquals(aliasesOf(nameOf(files, null), files), ["org/x-GGUF:F16", "x-F16.gguf", "x-F16"]);
  const ollama = group("x-3b.gguf", { source: "ollama", aliases: ["x:3b"] });
  assertEquals(aliasesOf(nameOf(ollama, 1), ollama), ["x:3b"]);
});
