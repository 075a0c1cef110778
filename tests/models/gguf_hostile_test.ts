import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { GgufError } from "../../src/models/gguf_bytes.ts";
import { walkGguf } from "../../src/models/gguf_walk.ts";
import { readGguf } from "../../src/models/read_gguf.ts";
import {
  gguf,
  list,
  listOfLists,
  readOrReason,
  readPieces,
  scalar,
  text,
  texts,
  u32Value,
  type Value,
} from "./gguf_writer.ts";

const LLAMA = { "general.architecture": text("llama") };
const CUT = "it ends in the middle of its header";
const LONG = "its header is longer than 64 MiB";

const HOSTILE: [string, Uint8Array, string][] = [
  ["nothing", new Uint8Array(), CUT],
  ["another magic [NC32]", gguf(LLAMA, { magic: "FUGG" }), "it is no GGUF file"],
  ["a web page", new TextEncoder().encode("<!doctype html>"), "it is no GGUF file"],
  [
    "version 1",
    gguf(LLAMA, { version: 1 }),
    "its version 1 of GGUF is too old, 2 and 3 can be read",
  ],
  [
    "version 4",
    gguf(LLAMA, { version: 4 }),
    "its version 4 of GGUF is too new, 2 and 3 can be read",
  ],
  [
    "version 0",
    gguf(LLAMA, { version: 0 }),
    "its version 0 of GGUF is too old, 2 and 3 can be read",
  ],
  ["big-endian", gguf(LLAMA, { version: 0x03000000 }), "it is written for big-endian machines"],
  ["countless entries", gguf(LLAMA, { count: 2 ** 60 }), "it has more than 10,000 entries"],
  ["more entries than there are", gguf(LLAMA, { count: 2 }), CUT],
  ["countless numbers", gguf({ a: list("u8", [1], 2 ** 62) }), LONG],
  ["countless texts", gguf({ a: texts(["a"], 2 ** 62) }), CUT],
  ["numbers beyond the end", gguf({ a: list("f64", [1], 1000) }), CUT],
  ["lists of lists", gguf({ a: listOfLists([list("u8", [1])]) }), "it has lists of lists"],
  [
    "a list for countless layers",
    gguf({ "llama.attention.head_count": list("u32", [1], 2 ** 62) }),
    "it tells of more than 4096 layers",
  ],
  [
    "an unknown type",
    gguf({ a: Uint8Array.of(99, 0, 0, 0) }),
    "it has a value of the unknown type 99",
  ],
  [
    "an unknown type in a list",
    gguf({ a: Uint8Array.of(9, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0) }),
    "it has a value of the unknown type 13",
  ],
  ["an endless key", gguf([["k".repeat(65_536), u32Value(1)]]), "a key is longer than 64 KiB"],
  [
    "an endless template",
    gguf({ "tokenizer.chat_template": text("x".repeat(2 * 1024 * 1024 + 1)) }),
    "its texts are longer than 2 MiB",
  ],
  [
    "a key twice",
    gguf([["general.name", text("a")], ["general.name", text("b")]]),
    "one key stands there twice",
  ],
  [
    "a context for countless architectures",
    gguf(Array.from({ length: 300 }, (_, i) => [`a${i}.context_length`, u32Value(1)] as const)),
    "more than 256 of its keys describe a model",
  ],
];

for (const [what, bytes, reason] of HOSTILE) {
  Deno.test(`walkGguf() refuses ${what}`, () => {
    assertEquals(readOrReason(bytes), reason);
    assertEquals(readOrReason(bytes, [1, 7, 64]), reason);
  });
}

Deno.test("walkGguf() reads version 2 as it reads version 3", () => {
  const entries = { ...LLAMA, "llama.context_length": u32Value(512) };
  assertEquals(readPieces(gguf(entries, { version: 2 })), readPieces(gguf(entries)));
});

/** Pieces that never end: the same bytes, over and over. */
function endless(start: Uint8Array, rest: Uint8Array): () => Uint8Array {
  let begun = false;
  return () => {
    const piece = begun ? rest : start;
    begun = true;
    return piece;
  };
}

Deno.test("walkGguf() ends within its bound where a file never does, and holds nothing of it", () => {
  const piece = new Uint8Array(256 * 1024);
  for (const start of [gguf({ a: texts([], 2 ** 50) }), gguf({ a: texts(["a"], 2 ** 50) })]) {
    const next = endless(start, piece);
    const walk = walkGguf(() => true);
    const before = Deno.memoryUsage().external;
    let pieces = 0;
    let reason = "";
    try {
      for (let step = walk.next(); !step.done; step = walk.next(next())) pieces++;
    } catch (error) {
      assert(error instanceof GgufError);
      reason = error.message;
    }
    assertEquals(reason, LONG);
    assertLess(pieces, 300);
    assertLess(Deno.memoryUsage().external - before, 64 * 1024 * 1024);
  }
});

const key = fc.oneof(
  fc.constantFrom("general.name", "llama.block_count", "llama.attention.head_count", "split.count"),
  fc.string({ maxLength: 8 }),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map(text),
  fc.nat().map(u32Value),
  fc.maxSafeInteger().map((number) => scalar("i64", number)),
  fc.double().map((number) => scalar("f64", number)),
  fc.array(fc.nat(255), { maxLength: 20 }).map((numbers) => list("u8", numbers)),
  fc.array(fc.string({ maxLength: 9 }), { maxLength: 20 }).map((each) => texts(each)),
);
const entries = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 12 })
  .map((pairs) => [["general.architecture", text("llama")] as const, ...pairs]);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

Deno.test("walkGguf() reads a header the same in any pieces", () => {
  fc.assert(
    fc.property(entries, sizes, (pairs, sizes) => {
      const bytes = gguf(pairs);
      const whole = readPieces(bytes);
      assertEquals(whole.architecture, "llama");
      assertEquals(readPieces(bytes, sizes), whole);
    }),
    { numRuns: 300 },
  );
});

Deno.test("walkGguf() says the same of a cut header in any pieces, and never reads one", () => {
  fc.assert(
    fc.property(
      entries,
      sizes,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (pairs, s, part) => {
        const bytes = gguf(pairs);
        const cut = bytes.subarray(0, Math.floor(bytes.length * part));
        assertEquals([readOrReason(cut), readOrReason(cut, s)], [CUT, CUT]);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("walkGguf() answers any bytes and any changed header with a header or a reason", () => {
  const changed = fc.tuple(entries, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
    .map(([pairs, changes]) => {
      const bytes = gguf(pairs);
      for (const [at, to] of changes) bytes[4 + at % (bytes.length - 4)] = to;
      return bytes;
    });
  const start = gguf({}, { count: 2 });
  const junk = fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.of(...start, ...rest));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), changed, junk), sizes, (bytes, s) => {
      const whole = readOrReason(bytes);
      if (typeof whole === "string") assert(/^(?:it|its|a|one|more) [^\n]+$/.test(whole), whole);
      assertEquals(readOrReason(bytes, s), whole);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("readGguf() passes over what it does not want, and says why a file cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  const at = (name: string) => join(folder, name);
  const scores = list("f64", Array.from({ length: 60_000 }, (_, i) => i));
  await Deno.writeFile(at("a.gguf"), gguf({ a: scores, ...LLAMA }));
  assertEquals((await readGguf(at("a.gguf"))).architecture, "llama");
  await Deno.writeFile(at("b.gguf"), gguf({ ...LLAMA, a: scores }).subarray(0, -1));
  await assertRejects(() => readGguf(at("b.gguf")), GgufError, CUT);
  await assertRejects(() => readGguf(at("none")), GgufError, "there is no such file");
  await assertRejects(() => readGguf(folder), GgufError, "it is not readable");
  await Deno.remove(folder, { recursive: true });
});
