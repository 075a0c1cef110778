/** A short text that fits a grammar, for a model to look at. */
import { sampleOf } from "./char_set.ts";
import type { Expression, Grammar } from "./expression.ts";
import type { Work } from "./walk.ts";

/** Longer examples explain nothing. */
const MAX_LENGTH = 500;
/** Each round settles the rules whose parts were settled before; real grammars need two or three. */
const MAX_ROUNDS = 30;

/** Per rule: the least number of characters and rules that a text of it takes. */
type Costs = Map<string, number>;

/** Parts within parts: real grammars have a dozen. */
const MAX_DEPTH = 200;

/** The text with the fewest parts; null where there is none of a sensible length, or no more work. */
export function exampleText(grammar: Grammar, work: Work): string | null {
  const costs = ruleCosts(grammar, work);
  const start = grammar.get("start");
  if (costs === null || start === undefined || !(cost(start, costs, work) <= MAX_LENGTH)) {
    return null;
  }
  return derive(start, { grammar, costs, work }, 0);
}

function ruleCosts(grammar: Grammar, work: Work): Costs | null {
  const costs: Costs = new Map();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let settled = true;
    for (const [name, body] of grammar) {
      const found = cost(body, costs, work);
      if (work.left < 0) return null;
      if (found === (costs.get(name) ?? Infinity)) continue;
      costs.set(name, found);
      settled = false;
    }
    if (settled) return costs;
  }
  return null;
}

/** Entering a rule costs something, so that following the least cost always comes to an end. */
function cost(expression: Expression, costs: Costs, work: Work): number {
  if (--work.left < 0) return Infinity;
  switch (expression.kind) {
    case "class":
      return sampleOf(expression.set) === null ? Infinity : 1;
    case "literal":
      return expression.text.length;
    case "sequence":
      return expression.items.reduce((sum, item) => sum + cost(item, costs, work), 0);
    case "choice":
      return Math.min(Infinity, ...expression.items.map((item) => cost(item, costs, work)));
    case "repeat":
      return expression.min === 0 ? 0 : expression.min * cost(expression.item, costs, work);
    case "rule":
      return 1 + (costs.get(expression.name) ?? Infinity);
    case "edge":
      return 0;
  }
}

interface Derivation {
  grammar: Grammar;
  costs: Costs;
  work: Work;
}

/** Null where the parts stand too deep in each other, or there is no more work. */
function derive(expression: Expression, derivation: Derivation, depth: number): string | null {
  const { grammar, costs, work } = derivation;
  if (--work.left < 0 || depth > MAX_DEPTH) return null;
  const inner = (item: Expression) => derive(item, derivation, depth + 1);
  switch (expression.kind) {
    case "class":
      return sampleOf(expression.set) ?? "";
    case "literal":
      return expression.text;
    case "sequence": {
      const parts = expression.items.map(inner);
      return parts.includes(null) ? null : parts.join("");
    }
    case "choice": {
      const prices = expression.items.map((item) => cost(item, costs, work));
      const cheapest = expression.items[prices.indexOf(Math.min(...prices))];
      return cheapest === undefined ? null : inner(cheapest);
    }
    case "repeat":
      return expression.min === 0 ? "" : inner(expression.item)?.repeat(expression.min) ?? null;
    case "rule": {
      const body = grammar.get(expression.name);
      return body === undefined ? null : inner(body);
    }
    case "edge":
      return "";
  }
}
