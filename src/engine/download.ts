/** Fetches a file of a release, and keeps it only if it is what the release says. */

import { createHash } from "node:crypto";
import { cannotInstall } from "./error.ts";
import { request } from "./request.ts";
import type { Asset } from "./releases.ts";

/** Bytes. CUDA's libraries take 400 MiB. */
const LARGEST = 2 * 1024 ** 3;

/** Writes the file to `path`; throws a sentence where it is not whole, or not the published one. */
export async function download(asset: Asset, path: string, plainLoopback: boolean): Promise<void> {
  const { name, url, size, sha256 } = asset;
  if (sha256 === null) {
    throw cannotInstall(
      `${name} has no published SHA-256 to hold it against; take a newer release by --release`,
    );
  }
  if (size > LARGEST) throw cannotInstall(`${name} is larger than 2 GiB`);
  const answer = await request(url, {
    accept: "application/octet-stream",
    plainLoopback,
  });
  if (answer.status !== 200) {
    await answer.cancel();
    throw cannotInstall(
      `${name} cannot be fetched: it was answered ${answer.status}; try again later`,
    );
  }
  const hash = createHash("sha256");
  let length = 0;
  using file = await Deno.open(path, { write: true, createNew: true });
  for await (const piece of answer.pieces) {
    length += piece.length;
    if (length > size) throw cannotInstall(`${name} is longer than its release says; try again`);
    hash.update(piece);
    await writeAll(file, piece);
  }
  if (length < size) throw cannotInstall(`${name} was cut off while it was fetched; try again`);
  if (hash.digest("hex") !== sha256) {
    throw cannotInstall(
      `${name} is not the published file: its SHA-256 is another one; try again, and look what ` +
        "stands between if that stays so",
    );
  }
}

/** Writes all of the bytes. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
