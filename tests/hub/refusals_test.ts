/** Hubs that refuse, fail, or say what cannot be: every time a sentence that says what to do. */

import { assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../src/hub/hub_error.ts";
import { modelBytes } from "../models/model_files.ts";
import { type Behaviour, type Entry, type FakeHub, fakeHub } from "./fake_hub.ts";
import { type Stage, stage, weighty } from "./stage.ts";

const FILES = { "x-Q8_0.gguf": weighty(modelBytes(), 3000) };

async function refused(place: Stage, name = "org/x-GGUF"): Promise<string> {
  const { message } = await assertRejects(() => place.pull(name), HubError);
  return message.replace(`Cannot pull ${name}: `, "").replace(/127\.0\.0\.1:\d+/g, "HUB");
}

const gated = { "x-error-code": "GatedRepo", "x-error-message": "secret words" };
const GATED = "its licence has to be accepted first; do so at http://HUB/org/x-GGUF, " +
  "and set HF_TOKEN to a token of that account";

const STATUSES: [string, ResponseInit, Record<string, string>, string][] = [
  [
    "401",
    { status: 401 },
    {},
    "there is no such repository, or it is private; check the name, or set HF_TOKEN",
  ],
  [
    "401 for a token",
    { status: 401 },
    { HF_TOKEN: "hf_x" },
    "HUB does not know the token; check HF_TOKEN, or the token's file",
  ],
  ["401 for what is gated", { status: 401, headers: gated }, {}, GATED],
  ["403 for what is gated", { status: 403, headers: gated }, { HF_TOKEN: "hf_x" }, GATED],
  [
    "403",
    { status: 403 },
    { HF_TOKEN: "hf_x" },
    "the token may not read org/x-GGUF; give it the right to, or set HF_TOKEN",
  ],
  ["404", { status: 404 }, {}, "there is no such repository or file; check the name"],
  ["418", { status: 418 }, {}, "HUB answered 418"],
  [
    "429 for an hour",
    { status: 429, headers: { "retry-after": "3600" } },
    {},
    "HUB was asked too often; try again later, or set HF_TOKEN",
  ],
];

for (const [what, init, env, sentence] of STATUSES) {
  Deno.test(`pull() explains a ${what}, and asks once`, async () => {
    await using hub = fakeHub(FILES);
    hub.behaviour.hub = () => new Response("words of the hub", init);
    await using place = await stage(hub, env);
    assertEquals(await refused(place), sentence);
    assertEquals([hub.asked.length, place.waits], [1, []]);
    assertEquals(await Array.fromAsync(Deno.readDir(place.cache.path)), []);
  });
}

Deno.test("pull() explains a refusal of the file itself", async () => {
  await using hub = fakeHub(FILES);
  hub.behaviour.hub = (path) =>
    path.includes("/resolve/") ? new Response(null, { status: 403, headers: gated }) : null;
  await using place = await stage(hub);
  assertEquals(await refused(place), GATED);
});

const PASSING: [string, ResponseInit, number][] = [
  ["500", { status: 500 }, 1000],
  ["503", { status: 503 }, 1000],
  ["429", { status: 429, headers: { "retry-after": "7" } }, 7000],
];

for (const at of ["hub", "store"] as const) {
  for (const [what, init, waited] of PASSING) {
    Deno.test(`pull() outlasts a ${what} of the ${at}`, async () => {
      await using hub = fakeHub(FILES);
      let left = 1;
      hub.behaviour[at] = () => left-- > 0 ? new Response(null, init) : null;
      await using place = await stage(hub);
      await place.pull("org/x-GGUF");
      assertEquals(place.waits, [waited]);
    });
  }
}

Deno.test("pull() asks anew where an address of the store has run out", async () => {
  await using hub = fakeHub(FILES);
  let left = 2;
  hub.behaviour.store = () => left-- > 0 ? new Response(null, { status: 403 }) : null;
  await using place = await stage(hub);
  await place.pull("org/x-GGUF");
  assertEquals(hub.asked.filter(({ path }) => path.includes("/resolve/")).length, 3);
});

Deno.test("pull() gives a hub up that fails five times, and one that is not there", async () => {
  await using hub = fakeHub(FILES);
  hub.behaviour.hub = () => new Response(null, { status: 502 });
  await using place = await stage(hub);
  assertEquals(await refused(place), "HUB answered 502; try again later");
  assertEquals([hub.asked.length, place.waits], [5, [1000, 2000, 4000, 8000]]);
  await using nowhere = await stage(hub, { HF_ENDPOINT: "http://127.0.0.1:1" });
  assertEquals(
    await refused(nowhere),
    "nothing answers at HUB; check the network, or HF_ENDPOINT",
  );
});

const change = (fields: Entry) => (entries: Entry[]): unknown =>
  entries.map((entry) => entry["path"] === "x-Q8_0.gguf" ? { ...entry, ...fields } : entry);
const lfs = (fields: Entry) => change({ lfs: { oid: "a".repeat(64), size: 10, ...fields } });
const path = (name: string) => change({ path: name });

const ELSEWHERE = "the hub names a file that would lie elsewhere";
const NO_SIZE = "the hub says no size of x-Q8_0.gguf";
const NO_SUM = "the hub says no checksum of x-Q8_0.gguf";
const NO_LIST = "the hub's list of files is none";

const LISTS: [string, Behaviour["list"], string][] = [
  ["a path upwards", path("../../x-Q8_0.gguf"), ELSEWHERE],
  ["a path upwards in the middle", path("a/../../../x-Q8_0.gguf"), ELSEWHERE],
  ["a path from the root", path("/etc/x.gguf"), ELSEWHERE],
  ["a path of Windows", path("a\\x.gguf"), ELSEWHERE],
  ["a drive", path("C:x.gguf"), ELSEWHERE],
  ["a NUL", path("x\0.gguf"), ELSEWHERE],
  ["a path upwards behind a blank", path(".. /.. /x.gguf"), ELSEWHERE],
  ["a folder that ends with a dot", path("a./x.gguf"), ELSEWHERE],
  ["half a character", path("\ud800.gguf"), ELSEWHERE],
  ["a name that no disk takes", path(`${"ä".repeat(200)}.gguf`), ELSEWHERE],
  ["a path without an end", path(`${"a/".repeat(40)}x.gguf`), ELSEWHERE],
  ["a checksum that is a path", lfs({ oid: "../../../../x".padEnd(64, "x") }), NO_SUM],
  ["a checksum in capitals", lfs({ oid: "A".repeat(64) }), NO_SUM],
  ["no checksum", lfs({ oid: null }), NO_SUM],
  ["a size below nothing", lfs({ size: -1 }), NO_SIZE],
  ["a size beyond counting", lfs({ size: 1e300 }), NO_SIZE],
  ["half a byte", lfs({ size: 0.5 }), NO_SIZE],
  ["a size in words", lfs({ size: "10" }), NO_SIZE],
  ["an empty model", lfs({ size: 0 }), "there are no GGUF models in it"],
  ["no models", () => [], "there are no GGUF models in it"],
  ["an object", () => ({}), NO_LIST],
  ["odd entries", () => [null], NO_LIST],
];

for (const [what, list, sentence] of LISTS) {
  Deno.test(`pull() refuses a list with ${what}`, async () => {
    await using hub = fakeHub(FILES);
    hub.behaviour.list = list;
    await using place = await stage(hub);
    assertEquals(await refused(place), sentence);
    assertEquals(await Array.fromAsync(Deno.readDir(place.cache.path)), []);
  });
}

const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });

const ANSWERS: [string, Behaviour["hub"], string][] = [
  ["a page", () => new Response("<html>"), "HUB is no hub; check HF_ENDPOINT"],
  ["no commit", () => Response.json({}), "HUB says no commit; check HF_ENDPOINT"],
  [
    "a commit that is a path",
    () => Response.json({ sha: "../".repeat(13) + "x" }),
    "HUB says no commit; check HF_ENDPOINT",
  ],
  ["too much", () => new Response(new Uint8Array(33 * 1024 * 1024)), "HUB says too much at once"],
  ["a circle", to("/around"), "HUB sends from one address to the next without an end"],
  [
    "a file of this machine",
    to("file:///etc/passwd"),
    "HUB sends to an address that is not safe to follow",
  ],
  ["a password", to("http://a:b@127.0.0.1/"), "HUB sends to an address that is not safe to follow"],
  ["no address", to("http://"), "HUB sends to an address that is not safe to follow"],
];

for (const [what, answer, sentence] of ANSWERS) {
  Deno.test(`pull() refuses a hub that answers with ${what}`, async () => {
    await using hub = fakeHub(FILES);
    hub.behaviour.hub = answer;
    await using place = await stage(hub);
    assertEquals(await refused(place), sentence);
  });
}

Deno.test("pull() follows no redirect out of https", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub, { HF_ENDPOINT: "https://hub.invalid" });
  const asked: string[] = [];
  const fetch = (url: string) => {
    asked.push(url);
    return Promise.resolve(to(`${hub.url}/x`)());
  };
  const { message } = await assertRejects(() => place.pull("org/x-GGUF", { fetch }), HubError);
  assertEquals(
    message,
    "Cannot pull org/x-GGUF: hub.invalid sends to an address that is not safe to follow",
  );
  assertEquals([asked, hub.asked], [
    ["https://hub.invalid/api/models/org/x-GGUF/revision/main"],
    [],
  ]);
});

Deno.test("pull() ends a list that has no end", async () => {
  await using hub = fakeHub(FILES);
  endless(hub);
  await using place = await stage(hub);
  assertEquals(await refused(place), "the repository has too many files");
});

function endless(hub: FakeHub): void {
  const headers = { link: '</next?cursor=1>; rel="next"' };
  hub.behaviour.hub = (path) => path.includes("/tree/") ? Response.json([], { headers }) : null;
}

const EXPECTED = "expected org/repo, org/repo:QUANT or org/repo:FILE.gguf";

for (
  const name of ["x", "a/b/c", "../x", "a/..", "a--b/x", "org/x:", "org/x y", "/x", "", "a/b:\x1b"]
) {
  Deno.test(`pull() refuses the name ${JSON.stringify(name)}`, async () => {
    await using hub = fakeHub(FILES);
    await using place = await stage(hub);
    const { message } = await assertRejects(() => place.pull(name), HubError);
    assertEquals(message, `Cannot pull ${name.replace("\x1b", " ")}: ${EXPECTED}`);
    assertEquals(hub.asked, []);
  });
}

const SETTINGS: [Record<string, string>, string][] = [
  [{ HF_ENDPOINT: "ftp://x" }, "HF_ENDPOINT is no http(s) address without a name and a password"],
  [
    { HF_ENDPOINT: "https://a:b@x" },
    "HF_ENDPOINT is no http(s) address without a name and a password",
  ],
  [{ HF_TOKEN: "two words" }, "HF_TOKEN, or the token's file, holds no token"],
];

for (const [env, sentence] of SETTINGS) {
  Deno.test(`pull() refuses ${JSON.stringify(env)}`, async () => {
    await using hub = fakeHub(FILES);
    await using place = await stage(hub, env);
    assertEquals(await refused(place), sentence);
    assertEquals(hub.asked, []);
  });
}
