/** Checks values against the schemas of the Open Responses document (2026-04-24). */
import { assert } from "@std/assert";
import { type Schema, Validator } from "@cfworker/json-schema";

const document = JSON.parse(
  await Deno.readTextFile(new URL("./fixtures/openresponses-openapi.json", import.meta.url)),
);
const schemas: Record<string, { properties?: { type?: { enum?: unknown[] } } }> =
  document.components.schemas;

/** Streaming event type → the name of its schema. */
const eventSchemas = new Map(
  Object.entries(schemas).flatMap(([name, schema]) => {
    const type = schema.properties?.type?.enum?.[0];
    return name.endsWith("StreamingEvent") && typeof type === "string" ? [[type, name]] : [];
  }),
);

function validator(name: string): Validator {
  return new Validator(
    { $ref: `#/components/schemas/${name}`, components: document.components } as Schema,
    "2020-12",
  );
}

const validators = new Map<string, Validator>();

/** Fails unless the value fits the named schema. */
export function assertFits(name: string, value: unknown): void {
  let check = validators.get(name);
  if (check === undefined) validators.set(name, check = validator(name));
  const { valid, errors } = check.validate(value);
  const why = errors.slice(-3).map(({ instanceLocation, error }) =>
    `${instanceLocation}: ${error}`
  );
  assert(valid, `${name} does not fit: ${why.join("; ")}\n${JSON.stringify(value)}`);
}

/** Fails unless the event is one of the document's and fits its schema. */
export function assertEventFits(event: { type: string }): void {
  const name = eventSchemas.get(event.type);
  assert(name !== undefined, `the document knows no event ${event.type}`);
  assertFits(name, event);
}
