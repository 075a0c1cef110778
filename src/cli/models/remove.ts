/** `chaski models rm`: shows what goes, asks, and removes it. */

import { type Removal, removalOf, remove } from "../../hub/remove.ts";
import type { Model } from "../../models/model.ts";
import { sizeText } from "../../models/size_text.ts";
import { type Io, printable } from "../io.ts";

/** Gives the exit code: 1 when nobody said yes. Throws a sentence where it cannot be removed. */
export async function removeModel(
  model: Model,
  models: readonly Model[],
  agreed: boolean,
  io: Pick<Io, "stdout" | "confirm">,
): Promise<number> {
  const removal = await removalOf(model, models);
  io.stdout(removalText(removal));
  const answer = agreed || io.confirm("Remove these files?");
  if (answer === null) {
    throw new Error(`Cannot remove ${model.id}: there is no terminal to ask at; say --yes`);
  }
  if (!answer) {
    io.stdout("Nothing was removed.\n");
    return 1;
  }
  await remove(removal);
  io.stdout(`Removed ${printable(model.id)}.\n`);
  return 0;
}

function removalText({ files }: Removal): string {
  return files.map(({ path, size }) => `${printable(path)} (${sizeText(size)})\n`).join("");
}
