import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ApiError } from "../../src/protocol/error.ts";
import { openStore } from "../../src/store/sqlite.ts";
import { scanFolders } from "../../src/supervise/scan_folders.ts";
import { type ModelFolder, modelFolder } from "../models/model_files.ts";

const BOUNDS = { age: 1, count: 1, bytes: 1, usage: 1 };

/** Folders over a real one with `fixed`, `a` and `b` in it; every look is kept. */
async function stage(folder: ModelFolder) {
  for (const name of ["fixed", "a", "b"]) await folder.write(`${name}/model.gguf`);
  const root = await Deno.realPath(folder.path);
  const looks: (readonly string[])[] = [];
  const folders = scanFolders({
    fixed: [join(root, "fixed")],
    store: openStore({ path: null, bounds: BOUNDS }).folders,
    look: (paths) => Promise.resolve(looks.push(paths)),
    now: () => 7,
  });
  return { root, looks, folders };
}

Deno.test("scanFolders() looks behind every change, and only then", async () => {
  await using folder = await modelFolder();
  const { root, looks, folders } = await stage(folder);
  const [fixed, a, b] = [join(root, "fixed"), join(root, "a"), join(root, "b")];
  assertEquals(await folders.add(a), true);
  assertEquals(await folders.add(`${a}/`), false);
  assertEquals(await folders.add(fixed), false);
  assertEquals(await folders.add(b), true);
  assertEquals(folders.list(), [
    { path: fixed, fixed: true, addedAt: null },
    { path: a, fixed: false, addedAt: 7 },
    { path: b, fixed: false, addedAt: 7 },
  ]);
  assertEquals(await folders.remove(`${a}/`), true);
  assertEquals(await folders.remove(a), false);
  assertEquals(looks, [[fixed, a], [fixed, a, b], [fixed, b]]);
});

Deno.test("scanFolders() takes a folder away that is gone from the disk", async () => {
  await using folder = await modelFolder();
  const { root, folders } = await stage(folder);
  const path = join(root, "a");
  await folders.add(path);
  await Deno.remove(path, { recursive: true });
  assertEquals(await folders.remove(path), true);
});

Deno.test("scanFolders() keeps what the configuration names", async () => {
  await using folder = await modelFolder();
  const { root, looks, folders } = await stage(folder);
  const error = await assertRejects(() => folders.remove(join(root, "fixed")), ApiError);
  assertEquals([error.status, error.param], [400, "path"]);
  assertEquals([folders.list().length, looks], [1, []]);
});

Deno.test("scanFolders() refuses what cannot be used, without its path", async () => {
  await using folder = await modelFolder();
  const { root, looks, folders } = await stage(folder);
  for (const path of [join(root, "none"), "/etc", "a", join(root, "a", "model.gguf")]) {
    const error = await assertRejects(() => folders.add(path), ApiError);
    assertEquals([error.status, error.param, error.message.includes(root)], [400, "path", false]);
  }
  assertEquals(looks, []);
});

Deno.test("scanFolders() takes 64 folders", async () => {
  await using folder = await modelFolder();
  const { root, folders } = await stage(folder);
  for (let i = 0; i < 64; i++) {
    await Deno.mkdir(join(root, `${i}`));
    assertEquals(await folders.add(join(root, `${i}`)), true);
  }
  const error = await assertRejects(() => folders.add(join(root, "b")), ApiError);
  assertEquals(
    error.message,
    "Cannot look into the folder: there are too many. Take another one away first.",
  );
});
