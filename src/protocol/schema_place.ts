/**
 * Which kinds of JSON value a schema allows at a place, and at the places inside of it. Pure.
 *
 * A place errs on the side of allowing: what is not understood (a remote reference, a circle, a
 * pattern for names, a schema beyond the bounds) allows everything. Understood are `type`, `enum`,
 * `const`, `properties`, `additionalProperties`, `items`, `prefixItems`, `anyOf`, `oneOf`, `allOf`
 * and local `$ref`.
 */
import { isRecord } from "./record.ts";

/** Kinds of value, to be added up. Every integer is a number, too. */
export const KIND = {
  string: 1,
  integer: 2,
  number: 4,
  boolean: 8,
  null: 16,
  array: 32,
  object: 64,
} as const;

const EVERY = 127;

export interface Place {
  /** The kinds that are allowed, as a sum. */
  kinds: number;
  /** How many schemas say so. */
  size: number;
  /** The place of an object's member. */
  member(name: string): Place;
  /** The place of an array's item, counted from 0. */
  item(index: number): Place;
  /** The places inside of it that its schemas speak of, each as if the others did not. */
  inside(): Place[];
}

/** Where everything is allowed, and at every place inside of it. */
export const ANYWHERE: Place = {
  kinds: EVERY,
  size: 0,
  member: () => ANYWHERE,
  item: () => ANYWHERE,
  inside: () => [],
};

/** Schemas looked at within one schema; one beyond that allows everything. */
const MAX_SCHEMAS = 10_000;

/** A place that more schemas have a say in allows everything. */
const MAX_SIZE = 1000;

/** Places looked at in search of one that refuses strings. */
const MAX_INSIDE = 100_000;

/** Schemas nested deeper within one place (references, alternatives) allow everything. */
const MAX_DEPTH = 100;

interface Compiler {
  root: unknown;
  /** Null while the place is being made: whoever meets it then goes in a circle. */
  made: Map<unknown, Place | null>;
  left: number;
}

/** The place of a whole value that a schema describes. */
export function schemaPlace(schema: unknown): Place {
  return compile({ root: schema, made: new Map(), left: MAX_SCHEMAS }, schema, 0);
}

/**
 * Whether a value inside of the place, at any depth, must be something else than a string. It may
 * say yes where alternatives allow a string after all, or where the schema is too large to tell.
 */
export function refusesStringsInside(place: Place): boolean {
  const known = new Set([place]);
  let left = MAX_INSIDE;
  for (const one of known) {
    for (const inner of one.inside()) {
      if (refusesStrings(inner) || left-- <= 0) return true;
      known.add(inner);
    }
  }
  return false;
}

/** Whether a value at the place must be something else than a string. */
export function refusesStrings(place: Place): boolean {
  return place.kinds !== 0 && (place.kinds & KIND.string) === 0;
}

function compile(compiler: Compiler, schema: unknown, depth: number): Place {
  if (!isRecord(schema) || depth > MAX_DEPTH) return ANYWHERE;
  const made = compiler.made.get(schema);
  if (made !== undefined) return made ?? ANYWHERE;
  if (compiler.left-- <= 0) return ANYWHERE;
  compiler.made.set(schema, null);
  const conditions = [ownPlace(compiler, schema)];
  if ("$ref" in schema) {
    conditions.push(compile(compiler, target(compiler.root, schema.$ref), depth + 1));
  }
  for (const key of ["anyOf", "oneOf"] as const) {
    const list = schemas(compiler, schema[key], depth);
    if (list.length > 0) conditions.push(either(list));
  }
  const place = all(conditions.concat(schemas(compiler, schema.allOf, depth)));
  compiler.made.set(schema, place);
  return place;
}

function schemas(compiler: Compiler, list: unknown, depth: number): Place[] {
  return Array.isArray(list) ? list.map((one) => compile(compiler, one, depth + 1)) : [];
}

/** What a schema says by itself. The places inside are made when they are asked for. */
function ownPlace(compiler: Compiler, schema: Record<string, unknown>): Place {
  const { properties, patternProperties, additionalProperties, prefixItems, items } = schema;
  return {
    kinds: ownKinds(schema),
    size: 1,
    member(name) {
      if (isRecord(properties) && Object.hasOwn(properties, name)) {
        return compile(compiler, properties[name], 0);
      }
      return patternProperties === undefined
        ? compile(compiler, additionalProperties, 0)
        : ANYWHERE;
    },
    item(index) {
      const first = Array.isArray(prefixItems) ? prefixItems : [];
      return compile(compiler, index < first.length ? first[index] : items, 0);
    },
    inside() {
      const named = isRecord(properties) ? Object.values(properties) : [];
      const first = Array.isArray(prefixItems) ? prefixItems : [];
      return [...named, additionalProperties, ...first, items].map((one) =>
        compile(compiler, one, 0)
      );
    },
  };
}

function ownKinds({ type, enum: values, const: value }: Record<string, unknown>): number {
  let kinds = EVERY;
  if (typeof type === "string") kinds = namedKind(type);
  if (Array.isArray(type)) kinds = sum(type.map(namedKind));
  if (Array.isArray(values)) kinds &= sum(values.map(kindOf));
  if (value !== undefined) kinds &= kindOf(value);
  return kinds;
}

function namedKind(name: unknown): number {
  if (name === "number") return KIND.number | KIND.integer;
  return typeof name === "string" && Object.hasOwn(KIND, name)
    ? KIND[name as keyof typeof KIND]
    : EVERY;
}

/** The kinds that a parsed value is of. */
export function kindOf(value: unknown): number {
  if (value === null) return KIND.null;
  if (Array.isArray(value)) return KIND.array;
  if (typeof value === "number") return KIND.number | (Number.isInteger(value) ? KIND.integer : 0);
  return namedKind(typeof value);
}

function sum(kinds: readonly number[]): number {
  return kinds.reduce((sum, kind) => sum | kind, 0);
}

/** Where all of the conditions hold. */
function all(conditions: readonly Place[]): Place {
  const places = [...new Set(conditions)].filter((place) => place !== ANYWHERE);
  const [first] = places;
  if (first === undefined || places.length === 1) return first ?? ANYWHERE;
  return bounded({
    kinds: places.reduce((kinds, place) => kinds & place.kinds, EVERY),
    size: totalSize(places),
    member: (name) => all(places.map((place) => place.member(name))),
    item: (index) => all(places.map((place) => place.item(index))),
    inside: () => places.flatMap((place) => place.inside()),
  });
}

/** Where one of the alternatives holds; those that allow no object say nothing about members. */
function either(alternatives: readonly Place[]): Place {
  const places = [...new Set(alternatives)];
  const [first] = places;
  if (first === undefined || places.includes(ANYWHERE)) return ANYWHERE;
  if (places.length === 1) return first;
  const allowing = (kind: number) => places.filter((place) => (place.kinds & kind) !== 0);
  return bounded({
    kinds: sum(places.map((place) => place.kinds)),
    size: totalSize(places),
    member: (name) => either(allowing(KIND.object).map((place) => place.member(name))),
    item: (index) => either(allowing(KIND.array).map((place) => place.item(index))),
    inside: () => places.flatMap((place) => place.inside()),
  });
}

function totalSize(places: readonly Place[]): number {
  return places.reduce((total, place) => total + place.size, 0);
}

function bounded(place: Place): Place {
  return place.size > MAX_SIZE ? ANYWHERE : place;
}

/** What a local JSON pointer names; nothing for any other reference. */
function target(root: unknown, reference: unknown): unknown {
  if (typeof reference !== "string" || !/^#(?:\/|$)/.test(reference)) return undefined;
  let node = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}
