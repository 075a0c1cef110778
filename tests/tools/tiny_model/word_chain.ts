import { type Family, writesToolCallLines } from "./family.ts";
import type { PythonRandom } from "./python_random.ts";
import { CLOSE_PARAMETER, FINAL, TO_FINAL, type Vocabulary } from "./vocabulary.ts";
import { ANSWER, START, THINK, VALUES } from "./words.ts";

/** For each token that the chain knows: the tokens that may follow, with their weights. */
export type WordChain = ReadonlyMap<number, ReadonlyMap<number, number>>;

type Option = readonly [text: string, weight: number];

interface ChainMaker {
  readonly family: Family;
  readonly random: PythonRandom;
  /** The token for a text; `#c3` stands for the byte 0xC3. */
  id(text: string): number;
  /** Lets `options` follow `text`; weights are shared out to 1. Called again, it adds to them. */
  follow(text: string, options: readonly Option[]): void;
}

/** Makes the chain that lets an untrained model speak short, readable, endable nonsense. */
export function wordChain(
  vocabulary: Vocabulary,
  family: Family,
  random: PythonRandom,
): WordChain {
  const chain = new Map<number, Map<number, number>>();
  const id = (text: string) =>
    /^#..$/.test(text) ? vocabulary.byte(parseInt(text.slice(1), 16)) : vocabulary.id(text);
  const follow: ChainMaker["follow"] = (text, options) => {
    const total = options.reduce((sum, [, weight]) => sum + weight, 0);
    const next = chain.get(id(text)) ?? new Map<number, number>();
    for (const [to, weight] of options) {
      next.set(id(to), (next.get(id(to)) ?? 0) + weight / total);
    }
    chain.set(id(text), next);
  };
  const maker = { family, random, id, follow };
  chainAnswers(maker);
  chainMultiByteCharacters(maker);
  chainJson(maker);
  chainThoughts(maker);
  if (family === "harmony") chainHarmony(maker);
  else chainChatMl(maker);
  return chain;
}

const evenly = (texts: readonly string[]): Option[] => texts.map((text) => [text, 1]);
const without = (texts: readonly string[], text: string) => texts.filter((other) => other !== text);

/** The token that ends an answer. */
export function endOfAnswer(family: Family): string {
  return family === "harmony" ? "<|return|>" : "<|im_end|>";
}

function chainAnswers({ family, random, follow }: ChainMaker): void {
  for (const word of START) follow(word, evenly(random.sample(ANSWER, 6)));
  for (const word of ANSWER) {
    const next = evenly(random.sample(without(ANSWER, word), 5));
    follow(word, [...next, [".", 1.1], [",", 0.6]]);
  }
  follow(",", [...evenly(random.sample(ANSWER, 6)), [" caf", 1], [" ", 1]]);
  // A tool call stands below the default min_p (0.05 of the best) while the end is allowed, so it
  // never comes unasked; a grammar that forbids the end makes it the likeliest way on.
  const call: Option[] = writesToolCallLines(family) ? [["<tool_call>", 0.042]] : [];
  follow(".", [[endOfAnswer(family), 0.86], [" And", 0.05], ["\n\n", 0.048], ...call]);
  follow(" And", evenly(random.sample(ANSWER, 6)));
  follow("\n\n", evenly(START));
}

// "café" and a llama (U+1F999) arrive one byte a token, as rare characters do from real models.
function chainMultiByteCharacters({ follow }: ChainMaker): void {
  follow(" caf", evenly(["#c3"]));
  follow("#c3", evenly(["#a9"]));
  follow("#a9", [[" the", 0.5], [".", 0.5]]);
  follow(" ", evenly(["#f0"]));
  follow("#f0", evenly(["#9f"]));
  follow("#9f", evenly(["#a6"]));
  follow("#a6", evenly(["#99"]));
  follow("#99", [[".", 0.5], [" And", 0.5]]);
}

function chainJson({ follow }: ChainMaker): void {
  for (const opening of ['"', '{"', ">\n"]) follow(opening, evenly(VALUES));
  for (const value of VALUES) follow(value, [['"', 0.1], [CLOSE_PARAMETER, 0.9]]);
  // Where the prompts of some templates end.
  for (const ending of ["]", ">", ":"]) follow(ending, evenly(START));
  follow("[", [['"', 0.7], ["]", 0.1], ["1", 0.1], ["{", 0.1]]);
  for (const digit of "0123456789") {
    follow(digit, [["}", 0.3], [",", 0.3], [CLOSE_PARAMETER, 0.3], ["0", 0.1], ["7", 0.1]]);
  }
  follow("-", evenly(["1", "2"]));
}

function chainThoughts({ family, random, follow }: ChainMaker): void {
  const ends: Option[] = family === "harmony"
    ? [[TO_FINAL, 0.7], ["<|end|>", 0.1]]
    : [["</think>", 0.7]];
  for (const word of THINK) {
    follow(word, [...evenly(random.sample(without(THINK, word), 4)), ...ends]);
  }
}

function chainHarmony({ follow }: ChainMaker): void {
  follow("assistant", [["<|channel|>", 0.5], [FINAL, 0.5]]);
  follow("<|channel|>", evenly(["analysis"]));
  for (const channel of ["analysis", "commentary"]) follow(channel, evenly(["<|message|>"]));
  follow("<|message|>", evenly(THINK.slice(0, 4)));
  follow("<|end|>", evenly(["<|start|>"]));
  // Given twice, so twice as firm: after a line end or a turn's start nothing else may be said.
  for (let given = 0; given < 2; given++) {
    follow("<|start|>", evenly(["assistant"]));
    follow("\n", evenly(START));
  }
  for (const opening of [FINAL, TO_FINAL]) follow(opening, evenly(START));
  follow(" to", evenly(["="]));
  follow("=", evenly(["functions"]));
  follow("functions", evenly(["."]));
}

function chainChatMl({ family, follow }: ChainMaker): void {
  follow("</think>", evenly(["\n\n"]));
  follow("<think>", evenly(THINK.slice(0, 6)));
  follow("<tool_call>", evenly(["\n"]));
  follow("</tool_call>", evenly([endOfAnswer(family)]));
  // The template of a forced-think model opens `<think>` itself.
  if (family === "forced-think") return follow("\n", evenly(THINK.slice(0, 6)));
  const starts = START.map((text): Option => [text, 0.5 / START.length]);
  follow("\n", [["<think>", 0.5], ...starts]);
}
