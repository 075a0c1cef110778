/** Pulls from a hub on this machine: what is fetched, where it lies, and that others find it. */

import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { HubError } from "../../src/hub/hub_error.ts";
import { modelBytes, projectorBytes } from "../models/model_files.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { type FakeHub, fakeHub, sha256 } from "./fake_hub.ts";
import { stage, weighty } from "./stage.ts";

const Q4 = weighty(modelBytes(), 5000);
const Q8 = weighty(modelBytes(), 9000);
const FILES = { "x-Q4_K_M.gguf": Q4, "x-Q8_0.gguf": Q8 };

/** The paths of the files that the store was asked for. */
function fetched({ asked }: FakeHub): string[] {
  return asked.filter(({ at }) => at === "store").map(({ path }) => path.slice(1));
}

Deno.test("pull() puts a model where Hugging Face's programs and the list find it", async () => {
  await using hub = fakeHub({
    "tiny-F16.gguf": await Deno.readFile(await tinyModel({ template: "qwen3" })),
  });
  await using place = await stage(hub);
  const pulled = await place.pull("org/x-GGUF");
  const path = join(place.repository, "snapshots", hub.commit, "tiny-F16.gguf");
  const bytes = await Deno.readFile(path);
  assertEquals(pulled, {
    repository: "org/x-GGUF",
    revision: hub.commit,
    quant: "F16",
    size: bytes.length,
    fetched: bytes.length,
    files: [path],
    projector: null,
  });
  assertEquals(await place.files(), [
    `blobs/${sha256(bytes)}`,
    "refs/main",
    `snapshots/${hub.commit}/tiny-F16.gguf`,
  ]);
  assertEquals(await Deno.readLink(path), `../../blobs/${sha256(bytes)}`);
  assertEquals(await Deno.readTextFile(join(place.repository, "refs", "main")), hub.commit);
  const { models, problems } = await place.list();
  assertEquals([models.map(({ id, can }) => [id, can.join(" ")]), problems], [
    [["tiny:F16", "chat tools thinking"]],
    [],
  ]);
  assertEquals(place.progress.at(-1), {
    path: "tiny-F16.gguf",
    done: bytes.length,
    total: bytes.length,
  });
});

Deno.test("pull() takes the quantisation that is named, in any letters, and no other", async () => {
  await using hub = fakeHub({ ...FILES, "x-UD-Q4_K_XL.gguf": weighty(modelBytes(), 7000) });
  await using place = await stage(hub);
  assertEquals((await place.pull("org/x-GGUF:q8_0")).quant, "Q8_0");
  assertEquals((await place.pull("org/x-GGUF:Q4_K_M")).quant, "Q4_K_M");
  assertEquals(fetched(hub), ["x-Q8_0.gguf", "x-Q4_K_M.gguf"]);
  const rejected = await assertRejects(() => place.pull("org/x-GGUF:Q6_K"), HubError);
  assertEquals(
    rejected.message,
    "Cannot pull org/x-GGUF:Q6_K: there is no Q6_K in it; " +
      "there is UD-Q4_K_XL (6.8 KiB), Q4_K_M (4.9 KiB), Q8_0 (8.8 KiB)",
  );
  assertEquals(fetched(hub).length, 2);
});

Deno.test("pull() fetches nothing twice", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const first = await place.pull("org/x-GGUF:Q8_0");
  const second = await place.pull("org/x-GGUF:Q8_0");
  assertEquals(second, { ...first, fetched: 0 });
  assertEquals(fetched(hub), ["x-Q8_0.gguf"]);
  // A link that somebody removed is made anew.
  await Deno.remove(first.files[0] ?? "");
  assertEquals(await place.pull("org/x-GGUF:Q8_0"), second);
  assertEquals(fetched(hub).length, 1);
  assertEquals((await place.list()).models.length, 1);
});

Deno.test("pull() fetches all parts and the best projector, from folders too", async () => {
  const part = (number: number) => weighty(modelBytes(), 1000 + number);
  await using hub = fakeHub({
    "BF16/v-BF16-00002-of-00002.gguf": part(2),
    "BF16/v-BF16-00001-of-00002.gguf": part(1),
    "v-Q8_0.gguf": Q8,
    "mmproj-BF16.gguf": weighty(projectorBytes(), 800),
    "mmproj-F16.gguf": weighty(projectorBytes(), 700),
    "mmproj-F32.gguf": weighty(projectorBytes(), 900),
  });
  hub.behaviour.page = 2;
  await using place = await stage(hub);
  const pulled = await place.pull("org/x-GGUF:BF16");
  const snapshot = join(place.repository, "snapshots", hub.commit);
  assertEquals(pulled.files, [
    join(snapshot, "BF16", "v-BF16-00001-of-00002.gguf"),
    join(snapshot, "BF16", "v-BF16-00002-of-00002.gguf"),
  ]);
  assertEquals([pulled.projector, pulled.size], [join(snapshot, "mmproj-F16.gguf"), 2703]);
  assertEquals(await Deno.readFile(pulled.files[1] ?? ""), part(2));
  const { models } = await place.list();
  assertEquals(models.map(({ id, complete, can }) => [id, complete, can]), [
    ["v:BF16", true, ["chat", "vision"]],
  ]);
});

Deno.test("pull() shows the token to the hub alone, from the variable or the file", async () => {
  await using hub = fakeHub(FILES);
  await using named = await stage(hub, { HF_TOKEN: " hf_named\n" });
  await named.pull("org/x-GGUF");
  await using kept = await stage(hub);
  await kept.cache.write("token", "hf_kept\n");
  await kept.pull("org/x-GGUF");
  const tokens = (
    at: string,
  ) => [...new Set(hub.asked.filter((each) => each.at === at).map(({ token }) => token))];
  assertEquals(tokens("hub"), ["Bearer hf_named", "Bearer hf_kept"]);
  assertEquals(tokens("store"), [null]);
});

Deno.test("pull() takes files that the hub keeps in git itself, and repositories that moved", async () => {
  await using hub = fakeHub({ "x-Q8_0.gguf": new TextEncoder().encode("hello\n") });
  hub.behaviour.list = (entries) =>
    entries.map(({ lfs: _, ...entry }) => ({
      ...entry,
      oid: "ce013625030ba8dba906f756967f9e9ca394464a",
    }));
  hub.behaviour.hub = (path) => {
    if (!path.includes("/org/x-GGUF/revision")) return null;
    const headers = { location: path.replace("/org/x-GGUF", "/org/y-GGUF") };
    return new Response(null, { status: 307, headers });
  };
  await using place = await stage(hub);
  const { files } = await place.pull("org/x-GGUF");
  assertEquals(await Deno.readTextFile(files[0] ?? ""), "hello\n");
  assertEquals((await place.files())[0], "blobs/ce013625030ba8dba906f756967f9e9ca394464a");
});

Deno.test("pull() asks nobody where the user wants none to be asked", async () => {
  await using hub = fakeHub(FILES);
  await using place = await stage(hub);
  const first = await place.pull("org/x-GGUF:Q8_0");
  hub.asked.length = 0;
  const env = { HF_ENDPOINT: hub.url, HF_HUB_OFFLINE: "1" };
  assertEquals(await place.pull("org/x-GGUF:Q8_0", { env }), { ...first, fetched: 0 });
  assertEquals(await place.pull("org/x-GGUF", { env }), { ...first, fetched: 0 });
  const missing = await assertRejects(() => place.pull("org/x-GGUF:Q4_K_M", { env }), HubError);
  assertEquals(
    missing.message,
    "Cannot pull org/x-GGUF:Q4_K_M: HF_HUB_OFFLINE is set, and in the cache there is no Q4_K_M " +
      "in it; there is Q8_0 (8.8 KiB)",
  );
  const nothing = await assertRejects(() => place.pull("org/y", { env }), HubError);
  assertEquals(
    nothing.message,
    "Cannot pull org/y: HF_HUB_OFFLINE is set, and in the cache there is nothing of it",
  );
  assertEquals(hub.asked, []);
});
