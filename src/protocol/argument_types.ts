/**
 * Types of a call's arguments corrected by the tool's schema: models, and the XML formats of
 * some, write `"1000"` where a number belongs, and strict clients (Codex) refuse the call. Pure.
 */
import { parsed, passString, passValue, readName } from "./reading/json.ts";
import {
  blank,
  drop,
  feed,
  held,
  heldLength,
  newReader,
  peek,
  type Reader,
  type Reading,
} from "./reading/reader.ts";
import {
  ANYWHERE,
  KIND,
  kindOf,
  type Place,
  refusesStrings,
  refusesStringsInside,
  schemaPlace,
} from "./schema_place.ts";

/** Corrects one call's arguments while they come. */
export interface ArgumentTyper {
  /** A piece of the arguments' JSON text; gives what can be told of it. */
  push(text: string): string;
  /** What was still held back. Nothing may be pushed afterwards. */
  end(): string;
}

/** A longer string is passed as it is; in UTF-16 units, with its quotes. */
const MAX_HELD = 64 * 1024;

/** Deeper values pass unread. */
const MAX_DEPTH = 100;

const INTEGER = /^-?\d+$/;

interface Typing {
  reader: Reader;
  out: string;
  /** Whether a string is held back until it is whole. */
  holding: boolean;
}

/**
 * Makes the typer of one call; null where nothing in the schema could need it.
 *
 * A string where the schema allows no string, and which holds exactly the text of a value that is
 * allowed there, is written as that value. Everything else passes byte for byte and at once.
 * Broken JSON passes unread from where it breaks.
 */
export function argumentTyper(schema: unknown): ArgumentTyper | null {
  const place = schemaPlace(schema);
  return refusesStringsInside(place) ? placeTyper(place, MAX_DEPTH) : null;
}

/** The whole text of a call's arguments, corrected as `argumentTyper()` does it. */
export function typedArguments(text: string, schema: unknown): string {
  const typer = argumentTyper(schema);
  return typer === null ? text : typer.push(text) + typer.end();
}

/** @param depth levels below which values pass unread */
function placeTyper(place: Place, depth: number): ArgumentTyper {
  const typing: Typing = { reader: newReader(), out: "", holding: false };
  const reading = value(typing, place, depth);
  const { reader } = typing;
  let over = false;
  function run(): string {
    over ||= reading.next().done === true;
    if (over) reader.at = reader.text.length;
    if (heldLength(reader) > MAX_HELD) typing.holding = false;
    if (!typing.holding || over) pass(typing);
    const { out } = typing;
    typing.out = "";
    return out;
  }
  return {
    push(text) {
      if (over) return text;
      feed(reader, text);
      return run();
    },
    end() {
      reader.ended = true;
      return run();
    },
  };
}

function pass(typing: Typing): void {
  typing.out += held(typing.reader);
  drop(typing.reader);
}

const ignore = () => {};

/** Reads a value; false where it is broken. */
function* value(typing: Typing, place: Place, depth: number): Reading<boolean> {
  const { reader } = typing;
  yield* blank(reader);
  const char = yield* peek(reader);
  if (place === ANYWHERE || depth <= 0) return yield* passValue(reader, ignore);
  if (char === '"' && refusesStrings(place)) return yield* heldString(typing, place, depth);
  if (char === "{") return yield* members(typing, place, depth);
  if (char === "[") return yield* items(typing, place, depth);
  return yield* passValue(reader, ignore);
}

function* members(typing: Typing, place: Place, depth: number): Reading<boolean> {
  const { reader } = typing;
  let first = true;
  do {
    reader.at++;
    yield* blank(reader);
    if (first && (yield* peek(reader)) === "}") break;
    const name = yield* readName(reader);
    if (name === null || !(yield* value(typing, place.member(name), depth - 1))) return false;
    first = false;
    yield* blank(reader);
  } while ((yield* peek(reader)) === ",");
  return yield* close(reader, "}");
}

function* items(typing: Typing, place: Place, depth: number): Reading<boolean> {
  const { reader } = typing;
  let index = 0;
  do {
    reader.at++;
    yield* blank(reader);
    if (index === 0 && (yield* peek(reader)) === "]") break;
    if (!(yield* value(typing, place.item(index), depth - 1))) return false;
    index++;
    yield* blank(reader);
  } while ((yield* peek(reader)) === ",");
  return yield* close(reader, "]");
}

function* close(reader: Reader, closer: string): Reading<boolean> {
  if ((yield* peek(reader)) !== closer) return false;
  reader.at++;
  return true;
}

/** Reads a string that must not be one, and writes what it holds if that is allowed. */
function* heldString(typing: Typing, place: Place, depth: number): Reading<boolean> {
  const { reader } = typing;
  pass(typing);
  typing.holding = true;
  let text = "";
  const whole = yield* passString(reader, (piece) => typing.holding && (text += piece));
  const fits = whole && typing.holding && text.length <= MAX_HELD;
  const replaced = fits ? replacement(text, place, depth) : null;
  if (replaced !== null) {
    typing.out += replaced;
    drop(reader);
  }
  typing.holding = false;
  return whole;
}

/** The text of the allowed value that a string holds; null where it holds none. */
function replacement(text: string, place: Place, depth: number): string | null {
  const inner = parsed(text);
  if (typeof inner !== "string") return null;
  const value = parsed(inner);
  const kinds = value === undefined ? 0 : kindOf(value) & place.kinds;
  if (kinds === 0) return null;
  const trimmed = inner.trim();
  if (typeof value === "number") {
    // A number like 5.0 or 1e3 is an integer to JSON Schema, but not to the parsers of clients.
    const fits = Number.isFinite(value) &&
      ((place.kinds & KIND.number) !== 0 || INTEGER.test(trimmed));
    return fits ? trimmed : null;
  }
  if (typeof value !== "object" || value === null) return trimmed;
  const typer = placeTyper(place, depth - 1);
  return typer.push(trimmed) + typer.end();
}
