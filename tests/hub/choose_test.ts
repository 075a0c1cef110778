/** Which files make the model that is asked for. */

import { assertEquals, assertThrows } from "@std/assert";
import { choose } from "../../src/hub/choose.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { parseReference } from "../../src/hub/reference.ts";

/** The paths that a name means in a repository of such files. */
function chosen(name: string, paths: readonly string[]): (string | null)[] {
  const files = paths.map((path) => ({ path, size: 1024 }));
  const { files: parts, projector } = choose(parseReference(name), files);
  return [...parts.map(({ path }) => path), projector?.path ?? null];
}

function refusal(name: string, paths: readonly string[]): string {
  return assertThrows(() => chosen(name, paths), HubError).message;
}

const BY_QUANT: [string, string[], string | null][] = [
  // Without a quantisation: the best compromise.
  ["o/x", ["x-F16.gguf", "x-Q4_K_M.gguf", "x-UD-Q4_K_XL.gguf"], "x-UD-Q4_K_XL.gguf"],
  ["o/x", ["x-Q2_K.gguf", "x-Q8_0.gguf"], "x-Q8_0.gguf"],
  ["o/x", ["x.gguf"], "x.gguf"],
  // Labels are whole.
  ["o/x:Q4_K_M", ["x-UD-Q4_K_M.gguf", "x-Q4_K_M.gguf"], "x-Q4_K_M.gguf"],
  ["o/x:ud-q4_k_xl", ["x-Q4_K_M.gguf", "x-UD-Q4_K_XL.gguf"], "x-UD-Q4_K_XL.gguf"],
  ["o/x:Q4_K", ["x-Q4_K_M.gguf", "x-Q4_K.gguf"], "x-Q4_K.gguf"],
  ["o/x:F16", ["x-BF16.gguf", "x-fp16.gguf"], "x-fp16.gguf"],
  ["o/x:FP16", ["x-BF16.gguf", "x-f16.gguf"], "x-f16.gguf"],
  ["o/x:MXFP4_MOE", ["x-MXFP4_MOE.gguf"], "x-MXFP4_MOE.gguf"],
  ["o/x:Q8_0", ["Q8_0/model.gguf", "Q4_0/model.gguf"], "Q8_0/model.gguf"],
  // What is no model has labels too.
  [
    "o/x",
    ["x-imatrix.gguf", "ggml-vocab-x.gguf", "x-lora-Q4_K_M.gguf", "x-Q8_0.gguf"],
    "x-Q8_0.gguf",
  ],
];

for (const [name, paths, expected] of BY_QUANT) {
  Deno.test(`choose() takes ${expected} for ${name} of ${paths.join(" ")}`, () => {
    assertEquals(chosen(name, paths), [expected, null]);
    assertEquals(chosen(name, paths.toReversed()), [expected, null]);
  });
}

const NONE: [string, string[], string][] = [
  ["o/x:Q4_K_M", ["x-UD-Q4_K_XL.gguf"], "there is no Q4_K_M in it; there is UD-Q4_K_XL (1.0 KiB)"],
  [
    "o/x:Q6_K",
    ["x-Q8_0.gguf", "x-Q4_0.gguf"],
    "there is no Q6_K in it; there is Q4_0 (1.0 KiB), Q8_0 (1.0 KiB)",
  ],
  ["o/x:F16", ["x-Q8_0.gguf", "mmproj-F16.gguf"], "there is no F16 in it; there is Q8_0 (1.0 KiB)"],
  ["o/x:nonsense", ["x.gguf"], "there is no nonsense in it; there is x.gguf (1.0 KiB)"],
  ["o/x:y.gguf", ["x.gguf"], "there is no such file in it; there is x.gguf"],
  ["o/x", ["mmproj-F16.gguf", "imatrix.gguf"], "there are no GGUF models in it"],
  ["o/x", [], "there are no GGUF models in it"],
  ["o/x:Q8_0", [], "there are no GGUF models in it"],
  ["o/x", ["x-Q8_0-00002-of-00002.gguf"], "the repository has 1 of its 2 parts"],
  ["o/x:Q8_0", ["x-Q8_0-00001-of-00003.gguf"], "the repository has 1 of its 3 parts"],
  [
    "o/x:Q8_0",
    ["a-Q8_0.gguf", "b-Q8_0.gguf", "c-Q4_0.gguf"],
    "there are several: a-Q8_0.gguf, b-Q8_0.gguf; name one: o/x:FILE.gguf",
  ],
  [
    "o/x",
    ["a-Q8_0.gguf", "b-Q8_0.gguf"],
    "there are several: a-Q8_0.gguf, b-Q8_0.gguf; name one: o/x:FILE.gguf",
  ],
];

for (const [name, paths, expected] of NONE) {
  Deno.test(`choose() refuses ${name} of ${paths.join(" ") || "nothing"}`, () => {
    assertEquals(refusal(name, paths), expected);
  });
}

Deno.test("choose() names no endless list", () => {
  const paths = Array.from({ length: 30 }, (_, i) => `m${i}.gguf`);
  assertEquals(refusal("o/x:no.gguf", paths).endsWith(", m19.gguf and 10 more"), true);
});

Deno.test("choose() takes a file by its name or its path, and all of its parts", () => {
  const paths = [
    "a-Q8_0.gguf",
    "b-Q8_0.gguf",
    "f/c-00002-of-00002.gguf",
    "f/c-00001-of-00002.gguf",
  ];
  const parts = ["f/c-00001-of-00002.gguf", "f/c-00002-of-00002.gguf", null];
  assertEquals(chosen("o/x:b-Q8_0.gguf", paths), ["b-Q8_0.gguf", null]);
  assertEquals(chosen("o/x:f/c-00001-of-00002.gguf", paths), parts);
  assertEquals(chosen("o/x:c-00002-of-00002.gguf", paths), parts);
  assertEquals(chosen("o/x:mmproj-F16.gguf", ["x.gguf", "mmproj-F16.gguf"]), [
    ...["mmproj-F16.gguf", null],
  ]);
  assertEquals(chosen("o/x:x-lora.gguf", ["x-lora.gguf", "x.gguf"]), ["x-lora.gguf", null]);
  assertEquals(chosen("o/x:c.gguf", ["c.gguf", "f/c.gguf"]), ["c.gguf", null]);
  assertEquals(
    refusal("o/x:c.gguf", ["e/c.gguf", "f/c.gguf"]),
    "there are several: e/c.gguf, f/c.gguf; name one: o/x:FILE.gguf",
  );
});

const PROJECTORS: [string, string[], string | null][] = [
  [
    "o/x:Q8_0",
    ["x-Q8_0.gguf", "mmproj-BF16.gguf", "mmproj-F16.gguf", "mmproj-Q8_0.gguf"],
    "mmproj-F16.gguf",
  ],
  [
    "o/x:Q8_0",
    ["x-Q8_0.gguf", "mmproj-Q8_0.gguf", "mmproj-F32.gguf", "mmproj-BF16.gguf"],
    "mmproj-BF16.gguf",
  ],
  ["o/x:Q8_0", ["Q8_0/x-Q8_0.gguf", "mmproj-F16.gguf", "other/mmproj-F16.gguf"], "mmproj-F16.gguf"],
  ["o/x:Q8_0", ["x-Q8_0.gguf", "mmproj-model-f16.gguf"], "mmproj-model-f16.gguf"],
  ["o/x:Q8_0", ["x-Q8_0.gguf", "x-Q4_0.gguf", "x.mmproj-f16.gguf"], "x.mmproj-f16.gguf"],
  [
    "o/x:a-Q8_0.gguf",
    ["a-Q8_0.gguf", "b-Q8_0.gguf", "mmproj-b-F16.gguf", "mmproj-a-F32.gguf"],
    "mmproj-a-F32.gguf",
  ],
  ["o/x:a-Q8_0.gguf", ["a-Q8_0.gguf", "b-Q8_0.gguf", "mmproj-b-F16.gguf"], null],
  ["o/x:a-Q8_0.gguf", ["a-Q8_0.gguf", "b-Q8_0.gguf", "mmproj-F16.gguf"], "mmproj-F16.gguf"],
];

for (const [name, paths, expected] of PROJECTORS) {
  Deno.test(`choose() adds ${expected} for ${name} of ${paths.join(" ")}`, () => {
    assertEquals(chosen(name, paths).at(-1), expected);
  });
}
