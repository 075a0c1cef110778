import { assert, assertEquals } from "@std/assert";
import { adminCheck, keyCheck } from "../../src/http/edge.ts";
import { ApiError } from "../../src/protocol/error.ts";

const API = "sk-clients-of-the-test";
const ADMIN = "sk-admin-of-the-test";

/** The status and the code that a check throws, or 200. */
function told(check: () => void): [number, string | null] {
  try {
    check();
    return [200, null];
  } catch (error) {
    assert(error instanceof ApiError);
    assert(!error.message.includes("sk-"), error.message);
    return [error.status, error.code];
  }
}

const IN: [number, null] = [200, null];
const WRONG: [number, string] = [401, "invalid_api_key"];
const CLOSED: [number, string] = [403, "admin_key_required"];

const LOCAL = { host: "127.0.0.1" };
const OPEN = { host: "0.0.0.0" };
const SITUATIONS = [
  ["no key on loopback", LOCAL, { none: IN, api: IN, admin: IN, other: IN }],
  ["no key beyond loopback", OPEN, { none: CLOSED, api: CLOSED, admin: CLOSED, other: CLOSED }],
  [
    "an API key alone",
    { ...LOCAL, apiKey: API },
    { none: CLOSED, api: CLOSED, admin: CLOSED, other: CLOSED },
  ],
  [
    "an admin key alone",
    { ...LOCAL, adminKey: ADMIN },
    { none: WRONG, api: WRONG, admin: IN, other: WRONG },
  ],
  [
    "an admin key alone beyond loopback",
    { ...OPEN, adminKey: ADMIN },
    { none: WRONG, api: WRONG, admin: IN, other: WRONG },
  ],
  [
    "both keys",
    { ...OPEN, apiKey: API, adminKey: ADMIN },
    { none: WRONG, api: CLOSED, admin: IN, other: WRONG },
  ],
  ["one key for both", { ...OPEN, apiKey: API, adminKey: API }, { none: WRONG, api: IN }],
] as const;

const GIVEN = { none: undefined, api: API, admin: ADMIN, other: `${ADMIN}x` };

for (const [what, config, expected] of SITUATIONS) {
  for (const [name, outcome] of Object.entries(expected)) {
    Deno.test(`adminCheck() with ${what} takes a request with ${name} for ${outcome[0]}`, () => {
      const key = GIVEN[name as keyof typeof GIVEN];
      for (const header of ["authorization", "x-api-key"]) {
        const value = header === "authorization" ? `Bearer ${key}` : String(key);
        const headers = new Headers(key === undefined ? {} : { [header]: value });
        assertEquals(told(() => adminCheck(config)(headers)), [...outcome]);
      }
    });
  }
}

Deno.test("keyCheck() takes the admin key wherever it takes the API key", () => {
  const check = keyCheck({ apiKey: API, adminKey: ADMIN });
  const as = (key: string) => told(() => check(new Headers({ "x-api-key": key })));
  assertEquals([as(API), as(ADMIN), as("sk-other"), as("")], [IN, IN, WRONG, WRONG]);
});

Deno.test("keyCheck() with an admin key alone asks nobody for a key", () => {
  assertEquals(told(() => keyCheck({ adminKey: ADMIN })(new Headers())), IN);
});
