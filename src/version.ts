/** The version of Chaski; `deno.json` says the same, held equal by a test. */
export const version = "0.1.0";
