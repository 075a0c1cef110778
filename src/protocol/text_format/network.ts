/** An expression as states and the ways between them, which a walk follows. */
import type { CharSet } from "./char_set.ts";
import type { Edge, Expression, Grammar } from "./expression.ts";
import { unsupported } from "./expression.ts";

/** What a state does: see `State`. */
export const Kind = { Code: 0, Class: 1, Split: 2, Call: 3, Edge: 4, End: 5 } as const;

/** All states have all fields: they are read once per character and have to look alike. */
export interface State {
  readonly kind: number;
  /** Where to go on: behind the character, behind the called rule, or behind the edge. */
  readonly next: number;
  /** `Code`: the character that has to stand there. */
  readonly code: number;
  /** `Class`: its characters. */
  readonly set: CharSet | null;
  /** `Split`: where to go on, all at once. */
  readonly targets: number[];
  /** `Call`: a number into `Network.starts`. */
  readonly rule: number;
  readonly edge: Edge | null;
}

export interface Network {
  readonly states: readonly State[];
  /** The first state of each rule; rule 0 is the whole text. */
  readonly starts: readonly number[];
}

/** Repetitions are built out, so a short definition can ask for any number of states. */
const MAX_STATES = 20_000;

/** Beyond so many states, or rules within rules, calls are calls. */
const MAX_INLINE = 2_000;
const MAX_NESTED = 8;

interface Builder {
  readonly grammar: Grammar;
  readonly states: State[];
  readonly rules: Map<string, number>;
  visits: number;
  /** The rules that are being built where they are used, outermost first. */
  readonly path: string[];
}

/**
 * The network of all rules that `start` reaches.
 *
 * @throws {SyntaxError} where a rule is missing or the network would be too large.
 */
export function network(grammar: Grammar): Network {
  const builder: Builder = {
    grammar,
    states: [],
    rules: new Map([["start", 0]]),
    visits: 0,
    path: [],
  };
  const starts: number[] = [];
  // The map grows while it is read: building a rule names further ones.
  for (const name of builder.rules.keys()) {
    const body = grammar.get(name);
    if (body === undefined) throw unsupported(`the undefined rule ${name}`);
    builder.path.push(name);
    starts.push(build(builder, body, add(builder, Kind.End, {})));
    builder.path.pop();
  }
  return { states: builder.states, starts };
}

function add({ states }: Builder, kind: number, fields: Partial<State>): number {
  if (states.length >= MAX_STATES) throw unsupported("a grammar of this size");
  states.push({
    kind,
    next: fields.next ?? -1,
    code: fields.code ?? -1,
    set: fields.set ?? null,
    targets: fields.targets ?? [],
    rule: fields.rule ?? -1,
    edge: fields.edge ?? null,
  });
  return states.length - 1;
}

/** Adds the states of an expression before `next`, and gives the first of them. */
function build(builder: Builder, expression: Expression, next: number): number {
  if (++builder.visits > 5 * MAX_STATES) throw unsupported("a grammar of this size");
  switch (expression.kind) {
    case "class":
      return add(builder, Kind.Class, { set: expression.set, next });
    case "literal":
      return [...expression.text].reduceRight(
        (then, char) => add(builder, Kind.Code, { code: char.codePointAt(0)!, next: then }),
        next,
      );
    case "sequence":
      return expression.items.reduceRight((then, item) => build(builder, item, then), next);
    case "choice": {
      const targets = expression.items.map((item) => build(builder, item, next));
      return add(builder, Kind.Split, { targets });
    }
    case "repeat":
      return buildRepeat(builder, expression, next);
    case "rule":
      return buildRule(builder, expression.name, next);
    case "edge":
      return add(builder, Kind.Edge, { edge: expression.at, next });
  }
}

function buildRepeat(
  builder: Builder,
  { item, min, max }: Expression & { kind: "repeat" },
  next: number,
): number {
  let first = next;
  if (max === Infinity) {
    const targets: number[] = [];
    first = add(builder, Kind.Split, { targets });
    targets.push(build(builder, item, first), next);
  } else {
    for (let count = min; count < max; count++) {
      first = add(builder, Kind.Split, { targets: [build(builder, item, first), next] });
    }
  }
  for (let count = 0; count < min; count++) first = build(builder, item, first);
  return first;
}

/**
 * A rule is built where it is used, unless it stands in itself or the network grows large: a call
 * costs a walk ten times what a character does.
 */
function buildRule(builder: Builder, name: string, next: number): number {
  const { grammar, path, rules, states } = builder;
  const body = grammar.get(name);
  const small = path.length < MAX_NESTED && states.length < MAX_INLINE && !path.includes(name);
  if (body !== undefined && small) {
    path.push(name);
    const first = build(builder, body, next);
    path.pop();
    return first;
  }
  const rule = rules.get(name) ?? rules.size;
  rules.set(name, rule);
  return add(builder, Kind.Call, { rule, next });
}
