import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { KEY_SIZE, sealWith } from "../../src/store/seal.ts";
import { sealKey } from "../../src/store/seal_key.ts";

const key = new Uint8Array(KEY_SIZE).fill(7);
const seal = sealWith(key);
const TEXT = "What was said: é 🦙\n".repeat(50);

Deno.test("`sealWith()` opens what it has sealed, for the same use", () => {
  const sealed = seal.seal("compaction", TEXT);
  assertMatch(sealed, /^chaski1\.[A-Za-z0-9_-]+$/);
  assertEquals(seal.unseal("compaction", sealed), TEXT);
  assertEquals(sealWith(key).unseal("compaction", sealed), TEXT);
  assertEquals(seal.unseal("compaction", seal.seal("compaction", "")), "");
  assertNotEquals(seal.seal("compaction", TEXT), sealed);
});

Deno.test("`sealWith()` opens nothing else", () => {
  const sealed = seal.seal("compaction", TEXT);
  const other = sealWith(new Uint8Array(KEY_SIZE));
  assertEquals(other.unseal("compaction", sealed), null);
  assertEquals(seal.unseal("reasoning", sealed), null);
  for (
    const wrong of ["", "chaski1.", "chaski1.AAAA", "gAAAAAB", sealed.slice(0, -2), `${sealed}A`]
  ) {
    assertEquals(seal.unseal("compaction", wrong), null, wrong);
  }
  const middle = Math.floor(sealed.length / 2);
  const changed = sealed.slice(0, middle) + (sealed[middle] === "A" ? "B" : "A") +
    sealed.slice(middle + 1);
  assertEquals(seal.unseal("compaction", changed), null);
});

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-seal-" });
  try {
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("`sealKey()` makes one key for a data directory and keeps it to its owner", () =>
  inFolder((folder) => {
    const made = sealKey(folder);
    assertEquals(made.length, KEY_SIZE);
    assertEquals(sealKey(folder), made);
    const [file, ...others] = [...Deno.readDirSync(folder)];
    assertEquals([file?.name, others], ["seal.key", []]);
    if (Deno.build.os !== "windows") {
      assertEquals((Deno.statSync(join(folder, "seal.key")).mode ?? 0) & 0o777, 0o600);
    }
  }));

Deno.test("`sealKey()` refuses a file that holds no key, in a sentence", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(join(folder, "seal.key"), "short");
    assertThrows(() => sealKey(folder), Error, "it is not a key of 32 bytes. Delete it");
  }));

Deno.test("`sealKey()` gives a passing key where there is no data directory", () => {
  const [one, two] = [sealKey(null), sealKey(null)];
  assertEquals([one.length, two.length], [KEY_SIZE, KEY_SIZE]);
  assert(one.some((byte, i) => byte !== two[i]));
});
