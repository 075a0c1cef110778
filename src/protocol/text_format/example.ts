/** A short text that fits a grammar, for a model to look at. */
import { sampleOf } from "./char_set.ts";
import type { Expression, Grammar } from "./expression.ts";

/** Longer examples explain nothing. */
const MAX_LENGTH = 500;
/** Each round settles the rules whose parts were settled before; real grammars need two or three. */
const MAX_ROUNDS = 30;

/** Per rule: the least number of characters and rules that a text of it takes. */
type Costs = Map<string, number>;

/** The text with the fewest parts; null where there is none of a sensible length. */
export function exampleText(grammar: Grammar): string | null {
  const costs = ruleCosts(grammar);
  const start = grammar.get("start");
  if (costs === null || start === undefined || !(cost(start, costs) <= MAX_LENGTH)) return null;
  return derive(start, grammar, costs);
}

function ruleCosts(grammar: Grammar): Costs | null {
  const costs: Costs = new Map();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let settled = true;
    for (const [name, body] of grammar) {
      const found = cost(body, costs);
      if (found === (costs.get(name) ?? Infinity)) continue;
      costs.set(name, found);
      settled = false;
    }
    if (settled) return costs;
  }
  return null;
}

/** Entering a rule costs something, so that following the least cost always comes to an end. */
function cost(expression: Expression, costs: Costs): number {
  switch (expression.kind) {
    case "class":
      return sampleOf(expression.set) === null ? Infinity : 1;
    case "literal":
      return expression.text.length;
    case "sequence":
      return expression.items.reduce((sum, item) => sum + cost(item, costs), 0);
    case "choice":
      return expression.items.reduce((least, item) => Math.min(least, cost(item, costs)), Infinity);
    case "repeat":
      return expression.min === 0 ? 0 : expression.min * cost(expression.item, costs);
    case "rule":
      return 1 + (costs.get(expression.name) ?? Infinity);
    case "edge":
      return 0;
  }
}

function derive(expression: Expression, grammar: Grammar, costs: Costs): string {
  switch (expression.kind) {
    case "class":
      return sampleOf(expression.set) ?? "";
    case "literal":
      return expression.text;
    case "sequence":
      return expression.items.map((item) => derive(item, grammar, costs)).join("");
    case "choice": {
      const least = cost(expression, costs);
      const item = expression.items.find((item) => cost(item, costs) === least)!;
      return derive(item, grammar, costs);
    }
    case "repeat":
      return expression.min === 0
        ? ""
        : derive(expression.item, grammar, costs).repeat(expression.min);
    case "rule":
      return derive(grammar.get(expression.name)!, grammar, costs);
    case "edge":
      return "";
  }
}
