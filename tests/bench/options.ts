/**
 * The command line of the bench.
 */

import { Command, InvalidArgumentError, Option } from "commander";
import type { Subject } from "./load.ts";
import { tests } from "./suite.ts";

/** What to measure and how. */
export interface BenchOptions {
  api: Subject["api"];
  quick?: true;
  /** Names of the tests to run; all where absent. */
  only?: string[];
  /** Most repetitions of a test. */
  reps?: number;
  /** An executable of Chaski to measure instead of the source. */
  binary?: string;
  /** A gateway that runs already, on this machine. */
  url?: URL;
  pid?: number;
  mockPort?: number;
  mockOnly?: true;
  json?: string;
  check?: true;
}

/** Reads the arguments after the program's name. Prints and exits on `--help` and on mistakes. */
export function readOptions(args: readonly string[]): BenchOptions {
  return new Command("bench")
    .description(
      "Measures Chaski between a mock of llama-server and a load client, beside a bare Deno " +
        "passthrough as the reference.",
    )
    .addOption(
      new Option("--api <api>", "API that the client speaks with Chaski")
        .choices(["responses", "chat"]).default("responses"),
    )
    .option("--quick", "shorter tests, two repetitions, no 8 and no 1000 streams")
    .option("--only <tests>", `comma-separated: ${testNames().join(", ")}`, readTests)
    .option("--reps <n>", "most repetitions of a test (default: 3, quick: 2)", readCount)
    .option("--binary <file>", "measure this executable instead of the source")
    .option("--url <url>", "measure a gateway that runs already; it must use the mock", readUrl)
    .option(
      "--pid <pid>",
      "its process id; without it there are no CPU and memory figures",
      readCount,
    )
    .option(
      "--mock-port <port>",
      "port of the mock, used as it is where one listens (default: free, 9900 with --url)",
      readCount,
    )
    .option("--mock-only", "start the mock alone, until Ctrl-C")
    .option("--json <file>", "write the figures to this file")
    .option("--check", 'exit with 1 when a "first" target is missed')
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
    .opts<BenchOptions>();
}

function testNames(): string[] {
  return tests.map((test) => test.name);
}

function readTests(text: string): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !testNames().includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no test "${unknown}".`);
  return names;
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}

/** The load client speaks plain HTTP on the loopback interface alone. */
function readUrl(text: string): URL {
  const url = URL.parse(text);
  const local = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  if (url?.protocol === "http:" && local && url.port !== "") return url;
  throw new InvalidArgumentError("It must look like http://127.0.0.1:8080.");
}
