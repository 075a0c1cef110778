/** How blobs get their names in a commit. */

import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { blobPath, nameBlob, NAMINGS, snapshotPath } from "../../src/hub/cache.ts";
import { modelFolder } from "../models/model_files.ts";
import { sha256 } from "./fake_hub.ts";

const BYTES = new TextEncoder().encode("hello");
const FILE = {
  path: "mmproj-F16.gguf",
  size: BYTES.length,
  digest: { algorithm: "sha256", hex: sha256(BYTES) },
} as const;

Deno.test("nameBlob() leaves a blob alone that another pull names at the same moment", async () => {
  await using cache = await modelFolder();
  const folder = join(cache.path, "models--org--x");
  await cache.write(`models--org--x/blobs/${FILE.digest.hex}`, BYTES);
  const other = snapshotPath(folder, "older", FILE.path);
  await nameBlob(folder, "older", FILE);
  const [link, ...others] = NAMINGS;
  const race = async (blob: string, path: string) => {
    await link?.(blob, path);
    await link?.(blob, path);
  };
  const named = await nameBlob(folder, "newer", FILE, [race, ...others]);
  assertEquals(await Deno.readFile(blobPath(folder, FILE)), BYTES);
  assertEquals(await Deno.readFile(other), BYTES);
  assertEquals(await Deno.readFile(named), BYTES);
});
