/** What a name on a hub means. Pure. */

import { partQuant } from "../models/quants.ts";
import { HubError } from "./hub_error.ts";

/** A repository, and which of its models: by quantisation, by file, or the best one. */
export interface Reference {
  /** `org/name`. */
  repository: string;
  quant: string | null;
  /** A file's name, or its path in the repository. */
  file: string | null;
}

/** What the hub allows in either half of a repository's name. */
const WORD = /^(?!.*(?:--|\.\.))[\w](?:[\w.-]{0,94}\w)?$/;

const LONGEST_CHOICE = 300;

/** Reads `org/repo`, `org/repo:QUANT` or `org/repo:FILE.gguf`; throws a HubError. */
export function parseReference(text: string): Reference {
  const [repository = "", ...rest] = text.trim().split(":");
  const words = repository.split("/");
  const chosen = text.includes(":") ? rest.join(":") : null;
  const isChoice = chosen === null ||
    chosen !== "" && chosen.length <= LONGEST_CHOICE && !/\p{Cc}/u.test(chosen);
  if (words.length !== 2 || !words.every((word) => WORD.test(word)) || !isChoice) {
    throw new HubError("expected org/repo, org/repo:QUANT or org/repo:FILE.gguf");
  }
  if (chosen === null) return { repository, quant: null, file: null };
  if (/\.gguf$/i.test(chosen)) return { repository, quant: null, file: chosen };
  return { repository, quant: labelOf(chosen), file: null };
}

/** As labels are written; what is none stays as it is and matches nothing. */
function labelOf(text: string): string {
  const { rest, quant } = partQuant(text);
  return rest === "" && quant !== null ? quant : text;
}
