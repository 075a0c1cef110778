/**
 * Command lines that cannot be run, and what to say about them without repeating a secret.
 */

import type { CommanderError } from "commander";
import { ConfigError } from "../config/error.ts";

/** Option names under which people would pass a key. */
const KEY_OPTION = /^--?(api|upstream|admin|auth)?[-_]?(key|token)(=|$)/i;

/** Throws a ConfigError when a key stands among the arguments; it tells where keys belong. */
export function refuseKeys(argv: readonly string[]): void {
  const option = argv.find((argument) => KEY_OPTION.test(argument))?.split("=")[0];
  if (option === undefined) return;
  const [variable, flag] = /upstream/i.test(option)
    ? ["CHASKI_UPSTREAM_KEY", "--upstream-key-file"]
    : /admin/i.test(option)
    ? ["CHASKI_ADMIN_KEY", "--admin-key-file"]
    : ["CHASKI_API_KEY", "--api-key-file"];
  throw new ConfigError(
    `Cannot take a key as an argument (${option}): every process on this machine could read it; ` +
      `set ${variable}, or name a file that holds the key with ${flag}`,
  );
}

/** Cuts the values off `--unknown=value`, so that no error repeats them and typos are recognized. */
export function cutUnknownValues(argv: readonly string[], known: readonly string[]): string[] {
  return argv.map((argument) => {
    const name = /^(--[^=]+)=/.exec(argument)?.[1];
    return name !== undefined && !known.includes(name) ? name : argument;
  });
}

/** Commander's complaint as our sentence: on one line, and without the surplus arguments. */
export function usageSentence(error: CommanderError): string {
  const reason = error.message
    .replace(/^error: /, "")
    .replace(/(but got \d+): .*$/s, "$1")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\bsk-[^\s']+/g, "sk-…")
    .replace(/\.$/, "");
  return `Cannot run chaski: ${reason}`;
}
