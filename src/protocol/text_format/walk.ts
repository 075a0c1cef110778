/**
 * Whether a text fits a network: all ways through it are followed at once, one character after the
 * other. A way is a state and the call that it is in; equal ways are followed once, so the time is
 * the length of the text times the states that are alive, whatever the expression. There is no
 * recursion, neither in the grammar's depth nor in the text's.
 */
import { inSet, isWord } from "./char_set.ts";
import type { Edge } from "./expression.ts";
import { Kind, type Network, type State } from "./network.ts";

/** How much may still be done, in steps of some 10 to 30 ns; whoever works takes from it. */
export interface Work {
  left: number;
}

/** One call of a rule at one place, and the ways that go on when it is done. */
interface Call {
  /** Pairs: the state behind the call, and the call that this one was made in. */
  readonly states: number[];
  readonly calls: Call[];
  /** The last place at which it was done. */
  doneAt: number;
}

interface Walk {
  readonly network: Network;
  readonly text: string;
  readonly work: Work;
  at: number;
  /** By state: the place it was last reached at, the call it was in, and further calls. */
  readonly reachedAt: Int32Array;
  readonly reachedIn: (Call | undefined)[];
  readonly alsoIn: (Set<Call> | undefined)[];
  /** By rule: the place of its last call, and that call. */
  readonly calledAt: Int32Array;
  readonly called: (Call | undefined)[];
  /** Ways that have been reached and not yet followed. */
  readonly states: number[];
  readonly calls: Call[];
  /** Ways that wait for a character. */
  liveStates: number[];
  liveCalls: Call[];
  /** Whether the last character changed nothing that depends on its place. */
  quiet: boolean;
}

/** A call is kept as long as it may return, so memory is bounded by work as well. */
const CALL_COST = 15;

/** `unknown` where the work was too much. */
export function walk(network: Network, text: string, work: Work): "fits" | "misfits" | "unknown" {
  const count = network.states.length;
  const state: Walk = {
    network,
    text,
    work,
    at: 0,
    reachedAt: new Int32Array(count).fill(-1),
    reachedIn: Array(count).fill(undefined),
    alsoIn: Array(count).fill(undefined),
    calledAt: new Int32Array(network.starts.length).fill(-1),
    called: Array(network.starts.length).fill(undefined),
    states: [],
    calls: [],
    liveStates: [],
    liveCalls: [],
    quiet: true,
  };
  const whole: Call = { states: [], calls: [], doneAt: -1 };
  reach(state, network.starts[0]!, whole);
  settle(state);
  while (state.at < text.length && state.liveStates.length > 0) {
    if (work.left <= 0) return "unknown";
    const { at, liveStates, liveCalls } = state;
    state.quiet = true;
    step(state);
    settle(state);
    const steady = state.quiet && alike(state.liveStates, liveStates) &&
      alike(state.liveCalls, liveCalls);
    if (steady) skip(state, text.codePointAt(at)!);
  }
  if (work.left <= 0) return "unknown";
  return state.at === text.length && whole.doneAt === text.length ? "fits" : "misfits";
}

/** Takes one character on every way that it is on. */
function step(walk: Walk): void {
  const { liveStates, liveCalls, network: { states }, text } = walk;
  const code = text.codePointAt(walk.at)!;
  walk.at += code > 0xffff ? 2 : 1;
  walk.liveStates = [];
  walk.liveCalls = [];
  walk.work.left -= liveStates.length;
  for (let i = 0; i < liveStates.length; i++) {
    const state = states[liveStates[i]!]!;
    if (takes(state, code)) reach(walk, state.next, liveCalls[i]!);
  }
}

function takes(state: State, code: number): boolean {
  return state.kind === Kind.Code ? state.code === code : inSet(state.set!, code);
}

/**
 * Passes the characters that mean the same as the one before to every way: inside a line nothing
 * changes, and most of a text is inside its lines. The last one is left, for the ends it brings.
 */
function skip(walk: Walk, before: number): void {
  const { text, network, liveStates, work } = walk;
  const live = liveStates.map((id) => network.states[id]!);
  const taken = live.map((state) => takes(state, before));
  while (work.left > 0) {
    const code = text.codePointAt(walk.at) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    if (walk.at + width >= text.length) return;
    for (let i = 0; i < live.length; i++) if (takes(live[i]!, code) !== taken[i]) return;
    walk.at += width;
    work.left -= live.length;
  }
}

function alike<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((item, i) => item === others[i]);
}

/** Notes a way, once per place. */
function reach(walk: Walk, state: number, call: Call): void {
  if (walk.reachedAt[state] !== walk.at) {
    walk.reachedAt[state] = walk.at;
    walk.reachedIn[state] = call;
    walk.alsoIn[state] = undefined;
  } else {
    if (walk.reachedIn[state] === call) return;
    const also = walk.alsoIn[state] ??= new Set();
    if (also.has(call)) return;
    also.add(call);
  }
  walk.states.push(state);
  walk.calls.push(call);
}

/** Follows all ways up to where they need a character. */
function settle(walk: Walk): void {
  const { states, calls, network } = walk;
  while (states.length > 0 && walk.work.left > 0) {
    walk.work.left--;
    const id = states.pop()!;
    const call = calls.pop()!;
    const state = network.states[id]!;
    if (state.kind <= Kind.Class) {
      walk.liveStates.push(id);
      walk.liveCalls.push(call);
    } else if (state.kind === Kind.Split) {
      for (const target of state.targets) reach(walk, target, call);
      walk.work.left -= state.targets.length;
    } else if (state.kind === Kind.Call) enter(walk, state, call);
    else if (state.kind === Kind.End) leave(walk, call);
    else {
      walk.quiet = false;
      if (holds(state.edge!, walk.text, walk.at)) reach(walk, state.next, call);
    }
  }
}

function enter(walk: Walk, { rule, next }: State, from: Call): void {
  const start = walk.network.starts[rule]!;
  // A call with nothing behind it ends what it was made in: lists by recursion take no memory.
  if (walk.network.states[next]!.kind === Kind.End) return reach(walk, start, from);
  walk.quiet = false;
  let call = walk.called[rule];
  if (walk.calledAt[rule] !== walk.at || call === undefined) {
    call = { states: [], calls: [], doneAt: -1 };
    walk.called[rule] = call;
    walk.calledAt[rule] = walk.at;
    walk.work.left -= CALL_COST;
    reach(walk, start, call);
  }
  call.states.push(next);
  call.calls.push(from);
  // It may have matched nothing before this way came to it.
  if (call.doneAt === walk.at) reach(walk, next, from);
}

function leave(walk: Walk, call: Call): void {
  if (call.doneAt === walk.at) return;
  call.doneAt = walk.at;
  walk.work.left -= call.states.length;
  if (call.states.length > 0) walk.quiet = false;
  for (let i = 0; i < call.states.length; i++) reach(walk, call.states[i]!, call.calls[i]!);
}

function holds(edge: Edge, text: string, at: number): boolean {
  switch (edge) {
    case "start":
      return at === 0;
    case "end":
      return at === text.length;
    case "line_start":
      return at === 0 || text[at - 1] === "\n";
    case "line_end":
      return at === text.length || text[at] === "\n";
    case "word":
      return wordAt(text, at - 1) !== wordAt(text, at);
    case "inside":
      return wordAt(text, at - 1) === wordAt(text, at);
  }
}

/** Characters beyond the first plane count as none: no letter of a common script is there. */
function wordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWord(text.charCodeAt(at));
}
