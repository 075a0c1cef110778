/**
 * Schemas that look at a value before they judge it, for unions that clients extend freely.
 *
 * A plain union accepts a malformed known member through its catch-all, or complains about the
 * wrong branch. Here the value names its one schema: a known tag must fit, an unknown tag passes.
 */
import { z } from "zod";

/** A member with a tag that no schema is listed for; kept as it came. */
export type Untagged = { readonly [key: string]: unknown };

const anObject = z.looseObject({});
const aTag = z.looseObject({ type: z.string() });

/**
 * A schema that asks `pick` which schema a value must fit; null lets it pass.
 * The value itself is kept, never a copy: bytes and order of keys decide the prompt's prefix.
 */
export function chosen<T>(pick: (value: unknown) => z.ZodType | null): z.ZodType<T> {
  return z.custom<T>().check((payload) => {
    const result = pick(payload.value)?.safeParse(payload.value);
    if (result === undefined || result.success) return;
    for (const issue of result.error.issues) {
      const { message, path } = issue;
      payload.issues.push({ code: "custom", message, path: [...path], input: payload.value });
    }
  });
}

/**
 * A schema for objects told apart by `type`. A listed type must fit its schema, any other passes;
 * `implied` names the type of a member that carries none (null counts as none).
 */
export function tagged<const S extends Record<string, z.ZodType>>(
  schemas: S,
  implied: (member: Untagged) => string | undefined = () => undefined,
): z.ZodType<z.output<S[keyof S]> | Untagged> {
  return chosen((value) => {
    if (!isMember(value)) return anObject;
    const tag = value.type ?? implied(value);
    if (tag === undefined) return null;
    if (typeof tag !== "string") return aTag;
    return Object.hasOwn(schemas, tag) ? schemas[tag] ?? null : null;
  });
}

function isMember(value: unknown): value is Untagged {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
