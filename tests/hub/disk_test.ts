/** Room on the disk: counted before the first byte, by what is there already. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { freeSpace, missingBytes } from "../../src/hub/disk.ts";
import { HubError } from "../../src/hub/hub_error.ts";
import { modelBytes, modelFolder } from "../models/model_files.ts";
import { fakeHub, sha256 } from "./fake_hub.ts";
import { stage, weighty } from "./stage.ts";

const PARTS = [weighty(modelBytes(), 3000), weighty(modelBytes(), 4000)] as const;
const FILES = { "x-F16-00001-of-00002.gguf": PARTS[0], "x-F16-00002-of-00002.gguf": PARTS[1] };

/** What a pull does on a disk with so much room: the folders it asked about, and its refusal. */
async function pullWith(room: number | null, there: readonly [Uint8Array, string][]) {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  for (const [bytes, name] of there) {
    await place.cache.write(`models--org--x-GGUF/blobs/${name}`, bytes);
  }
  const asked: string[] = [];
  const freeSpace = (folder: string) => {
    asked.push(folder === place.repository ? "the repository" : folder);
    return Promise.resolve(room);
  };
  const pulling = place.pull("org/x-GGUF", { freeSpace });
  const refusal = await pulling.then(() => null, (error) => error);
  const stored = hub.asked.filter(({ at }) => at === "store").length;
  if (refusal !== null) assert(refusal instanceof HubError, String(refusal));
  return { asked, refusal: refusal?.message ?? null, stored };
}

const tooLittle = (needed: string, room: string) =>
  `Cannot pull org/x-GGUF: it needs ${needed} more, and the disk has ${room}; ` +
  "make room, or name another folder by HF_HUB_CACHE";

Deno.test("pull() needs no room for what is there [DL01]", async () => {
  const there = PARTS.map((bytes): [Uint8Array, string] => [bytes, sha256(bytes)]);
  assertEquals(await pullWith(0, there), { asked: [], refusal: null, stored: 0 });
});

Deno.test("pull() needs room for the parts that are missing alone [DL02]", async () => {
  const outcome = await pullWith(4000, [[PARTS[0], sha256(PARTS[0])]]);
  assertEquals(outcome, { asked: ["the repository"], refusal: null, stored: 1 });
});

Deno.test("pull() refuses where the missing parts do not fit, before the first byte [DL03]", async () => {
  assertEquals(await pullWith(3999, [[PARTS[0], sha256(PARTS[0])]]), {
    asked: ["the repository"],
    refusal: tooLittle("3.9 KiB", "3.9 KiB"),
    stored: 0,
  });
});

Deno.test("pull() compares all of it where nothing is there [DL04]", async () => {
  const { refusal, stored } = await pullWith(6000, []);
  assertEquals([refusal, stored], [tooLittle("6.8 KiB", "5.9 KiB"), 0]);
  assertEquals((await pullWith(7000, [])).refusal, null);
});

Deno.test("pull() counts what a cut download has, which is gone on with", async () => {
  const cut: [Uint8Array, string] = [PARTS[0].slice(0, 1000), `${sha256(PARTS[0])}.incomplete`];
  assertEquals((await pullWith(6000, [cut])).refusal, null);
  assertEquals((await pullWith(5999, [cut])).refusal, tooLittle("5.9 KiB", "5.9 KiB"));
});

Deno.test("pull() goes on where nobody knows the room", async () => {
  assertEquals((await pullWith(null, [])).refusal, null);
});

Deno.test("missingBytes() takes files without a size, and none at all [DL06]", () => {
  assertEquals(missingBytes([]), 0);
  assertEquals(missingBytes([{ size: 0, there: 0 }, { size: 5, there: 0 }]), 5);
  assertEquals(missingBytes([{ size: 0, there: 7 }, { size: 5, there: 5 }]), 0);
});

Deno.test("freeSpace() asks the nearest folder that is there", async () => {
  await using folder = await modelFolder();
  const room = await freeSpace(join(folder.path, "not", "there", "yet"));
  assert(room !== null && room > 0, String(room));
});

Deno.test("a size beyond every disk is refused", async () => {
  await using hub = fakeHub(FILES);
  hub.behaviour.list = (entries) =>
    entries.map((entry) => ({
      ...entry,
      lfs: { oid: "a".repeat(64), size: Number.MAX_SAFE_INTEGER },
    }));
  await using place = await stage(hub);
  const { message } = await assertRejects(() => place.pull("org/x-GGUF"), HubError);
  assertEquals(message.replace(/has .*;/, "has ROOM;"), tooLittle("16384.0 TiB", "ROOM"));
});

Deno.test("a cache that cannot be written to is no riddle", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const file = await place.cache.write("file", "in the way");
  const places = { hub: file };
  const { message } = await assertRejects(() => place.pull("org/x-GGUF", { places }), HubError);
  assertEquals(
    message,
    "Cannot pull org/x-GGUF: the cache of Hugging Face cannot be written to; check HF_HUB_CACHE",
  );
});
