/** Downloads that break off, and what comes of them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { HubError } from "../../src/hub/hub_error.ts";
import { modelBytes } from "../models/model_files.ts";
import { type FakeHub, fakeHub, sha256 } from "./fake_hub.ts";
import { type Stage, stage, weighty } from "./stage.ts";

const BYTES = weighty(modelBytes(), 200_000);
const FILES = { "x-Q8_0.gguf": BYTES };

function partialOf({ repository }: Stage): string {
  return join(repository, "blobs", `${sha256(BYTES)}.incomplete`);
}

/** What the store was asked for, and its status. */
function ranges({ asked }: FakeHub): [string | null, number][] {
  return asked.filter(({ at }) => at === "store").map(({ range, status }) => [range, status]);
}

async function refused(stage: Stage): Promise<string> {
  return (await assertRejects(() => stage.pull("org/x-GGUF"), HubError)).message;
}

async function assertPulled(stage: Stage): Promise<void> {
  const { files } = await stage.pull("org/x-GGUF");
  assertEquals(await Deno.readFile(files[0] ?? ""), BYTES);
  assertEquals((await stage.files()).some((path) => path.endsWith(".incomplete")), false);
}

Deno.test("a connection that breaks is taken up where it broke, after growing waits", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  hub.behaviour.cuts = [50_000, 60_000, 0];
  await assertPulled(place);
  assertEquals(ranges(hub), [
    [null, 200],
    ["bytes=50000-", 206],
    ["bytes=110000-", 206],
    ["bytes=110000-", 206],
  ]);
  assertEquals(place.waits, [1000, 2000, 4000]);
  const etag = `"${sha256(BYTES).slice(0, 32)}"`;
  const tags = hub.asked.filter(({ at }) => at === "store").map(({ ifRange }) => ifRange);
  assertEquals(tags, [null, etag, etag, etag]);
});

Deno.test("a pull gives up after five tries, and the next one goes on from there", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  hub.behaviour.cuts = [10_000, 10_000, 10_000, 10_000, 10_000];
  assertEquals(
    await refused(place),
    `Cannot pull org/x-GGUF: the connection to ${new URL(hub.url).host} was cut`,
  );
  assertEquals(await Deno.readFile(partialOf(place)), BYTES.subarray(0, 50_000));
  assertEquals((await place.list()).models, []);
  hub.asked.length = 0;
  const { fetched } = await place.pull("org/x-GGUF");
  assertEquals([ranges(hub), fetched], [[["bytes=50000-", 206]], 150_000]);
  await assertPulled(place);
});

Deno.test("a file that is all there but its name is not asked for again", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  await place.cache.write(`models--org--x-GGUF/blobs/${sha256(BYTES)}.incomplete`, BYTES);
  await assertPulled(place);
  assertEquals(ranges(hub), []);
});

const ANEW: [string, (bytes: Uint8Array<ArrayBuffer>) => Response][] = [
  ["the whole file", (bytes) => new Response(bytes)],
  ["another part", (bytes) => partOf(bytes, 3, bytes.length)],
  ["a part of another file", (bytes) => partOf(bytes, 70_000, bytes.length + 1)],
  ["a part without its place", (bytes) => new Response(bytes, { status: 206 })],
  ["no part at all", () => new Response(null, { status: 416 })],
];

function partOf(bytes: Uint8Array<ArrayBuffer>, start: number, total: number): Response {
  const headers = { "content-range": `bytes ${start}-${bytes.length - 1}/${total}` };
  return new Response(bytes.subarray(start), { status: 206, headers });
}

for (const [what, answer] of ANEW) {
  Deno.test(`a download is begun anew when the store sends ${what}`, async () => {
    await using hub = fakeHub(FILES);
    await using place = await stage(hub);
    hub.behaviour.store = (bytes, { headers }) => headers.has("range") ? answer(bytes) : null;
    await place.cache.write(
      `models--org--x-GGUF/blobs/${sha256(BYTES)}.incomplete`,
      BYTES.slice(0, 70_000),
    );
    await assertPulled(place);
    assertEquals(ranges(hub)[0]?.[0], "bytes=70000-");
  });
}

Deno.test("what is too long to be a part of the file is thrown away", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const name = `models--org--x-GGUF/blobs/${sha256(BYTES)}.incomplete`;
  await place.cache.write(name, new Uint8Array(BYTES.length + 1));
  await assertPulled(place);
  assertEquals(ranges(hub), [[null, 200]]);
});

Deno.test("a file that is not what was promised goes, and the next pull begins anew", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  await place.cache.write(`models--org--x-GGUF/blobs/${sha256(BYTES)}.incomplete`, "not of it");
  assertEquals(
    await refused(place),
    "Cannot pull org/x-GGUF: what came of x-Q8_0.gguf is not what was promised (checksum); " +
      "it is removed, try again",
  );
  assertEquals(await place.files(), []);
  await assertPulled(place);
});

Deno.test("no more is written than the list promises, whatever the store sends", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const { host } = new URL(hub.url);
  hub.behaviour.store = (bytes) => new Response(weighty(bytes, bytes.length * 2));
  assertEquals(
    await refused(place),
    `Cannot pull org/x-GGUF: ${host} sends x-Q8_0.gguf in another size than its list says`,
  );
  hub.behaviour.store = (bytes) => new Response(new Blob([bytes, bytes]).stream());
  assertEquals(await refused(place), "Cannot pull org/x-GGUF: more came than was promised");
  assert((await Deno.stat(partialOf(place))).size <= BYTES.length);
});

Deno.test("a store that falls silent is asked again", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const { promise, resolve } = Promise.withResolvers<void>();
  hub.behaviour.hold = { after: 80_000, until: promise };
  await place.pull("org/x-GGUF", { silence: 500 });
  assertEquals(ranges(hub).map(([range]) => range), [null, "bytes=80000-", "bytes=160000-"]);
  resolve();
});

Deno.test("a hub that never ends its list is given up", async () => {
  await using hub = fakeHub(FILES);
  hub.behaviour.hub = () => new Response(new ReadableStream());
  await using place = await stage(hub);
  const { message } = await assertRejects(
    () => place.pull("org/x-GGUF", { silence: 200 }),
    HubError,
  );
  const { host } = new URL(hub.url);
  assertEquals(message, `Cannot pull org/x-GGUF: ${host} does not answer in time`);
  assertEquals(hub.asked.length, 5);
});

Deno.test("an interrupted pull leaves what has come to the next one", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const { promise, resolve } = Promise.withResolvers<void>();
  hub.behaviour.hold = { after: 80_000, until: promise };
  const interrupt = new AbortController();
  const pulling = place.pull("org/x-GGUF", {
    signal: interrupt.signal,
    onProgress: ({ done }) => done === 80_000 && interrupt.abort(new Error("enough")),
  });
  assertEquals((await assertRejects(() => pulling, Error)).message, "enough");
  resolve();
  hub.behaviour.hold = null;
  assertEquals((await Deno.stat(partialOf(place))).size, 80_000);
  await assertPulled(place);
  assertEquals(ranges(hub).at(-1), ["bytes=80000-", 206]);
});

Deno.test("of two pulls of one model the second says that the first is at it", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  hub.behaviour.hold = { after: 80_000, until: held.promise };
  const first = place.pull("org/x-GGUF", { onProgress: () => begun.resolve() });
  await begun.promise;
  assertEquals(
    await refused(place),
    "Cannot pull org/x-GGUF: another pull is at it; wait for that one",
  );
  held.resolve();
  assertEquals((await first).fetched, BYTES.length);
  assertEquals(ranges(hub).length, 1);
  await assertPulled(place);
});
