/** A model that a pull left behind. Pure. */

import type { Choice, Listed } from "./choose.ts";

/** A model that is there. */
export interface Pulled {
  /** `org/name`. */
  repository: string;
  /** The commit that the files are of. */
  revision: string;
  quant: string | null;
  /** Bytes, with the projector. */
  size: number;
  /** Bytes that came over the network. */
  fetched: number;
  /** Paths on this machine, in the order of the parts. */
  files: string[];
  projector: string | null;
}

/** Tells a choice with the places of its files. */
export function pulledOf<T extends Listed>(
  from: Pick<Pulled, "repository" | "revision" | "fetched">,
  choice: Choice<T>,
  placeOf: (file: T) => string,
): Pulled {
  const { quant, files, projector } = choice;
  return {
    ...from,
    quant,
    size: bytesOf(filesOf(choice)),
    files: files.map(placeOf),
    projector: projector && placeOf(projector),
  };
}

/** All files of a choice. */
export function filesOf<T>({ files, projector }: Choice<T>): T[] {
  return projector === null ? files : [...files, projector];
}

/** Bytes of files. */
export function bytesOf(files: readonly Listed[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
