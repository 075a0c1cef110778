/** What llama-server's `--help` says of its options. Pure. */

/** One option as the help prints it. */
export interface EngineOption {
  /** All its names, short and long, those that switch it off among them. */
  names: readonly string[];
  /** The variable that stands for it, like `LLAMA_ARG_CTX_SIZE`. */
  env: string | null;
  /** The values that it takes, where the help lists them. */
  values: readonly string[];
}

/** The options in the order of the help, without those that are named only to say they are gone. */
export function parseHelp(text: string): EngineOption[] {
  return blocksOf(text).flatMap(({ left, about }) =>
    about.startsWith("the argument has been removed") ? [] : [toOption(left, about)]
  );
}

/** The names with the word for the value, and the description in one line. */
interface Block {
  left: string;
  about: string;
}

/** llama.cpp parts names and description by three spaces at least, or by a new line. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    const last = blocks.at(-1);
    if (/^-{1,2}\w/.test(line)) {
      const [left = "", ...about] = line.split(/ {3,}(?![ -])/);
      blocks.push({ left, about: about.join(" ").trim() });
      open = true;
    } else if (open && last && line.startsWith(" ")) {
      last.about = `${last.about} ${listMark(line.trim())}`.trim();
    } else {
      open = false;
    }
  }
  return blocks;
}

/** A value of a list begins its line; in one line with the others a sign must say so. */
function listMark(line: string): string {
  return line.replace(/^- (?=[\w+-]+(?: \(default\))?: )/, "\n- ");
}

function toOption(left: string, about: string): EngineOption {
  const names: string[] = [];
  const value = left.replace(/^(?:-{1,2}[\w.-]+(?:, +|(?= |$)))+/, (all) => {
    names.push(...all.split(/, +/).map((name) => name.trim()).filter((name) => name !== ""));
    return "";
  }).trim();
  const [, env = null] = /\(env: (\w+)\)/.exec(about) ?? [];
  return { names, env, values: valuesOf(value, about) };
}

/** `[on|off|auto]`, `{none,linear}`, `<0|1>` and `none,draft-mtp,ngram-mod`. */
const IN_PLACE = /^(?:[[{<](?<inside>[^\]}>]+)[\]}>]|(?<bare>[a-z][\w,-]+))$/;
const LISTED = /allowed values: ((?:[\w.-]+, )*[\w.-]+)/;

function valuesOf(value: string, about: string): string[] {
  const { inside, bare } = IN_PLACE.exec(value)?.groups ?? {};
  const words = (inside ?? bare ?? "").split(/[|,]/);
  if (words.length > 1 && words.every((word) => /^[\w-]+$/.test(word))) return words;
  const listed = LISTED.exec(about)?.[1];
  if (listed !== undefined) return listed.split(", ");
  return [...about.matchAll(/\n- ([\w+-]+)(?: \(default\))?: /g)].map(([, word = ""]) => word);
}
