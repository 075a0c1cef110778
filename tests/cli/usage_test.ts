import { assertEquals, assertThrows } from "@std/assert";
import { run } from "../../src/cli/program.ts";
import { cutUnknownValues, refuseKeys } from "../../src/cli/usage.ts";
import { ConfigError } from "../../src/config/error.ts";
import { fakeIo } from "./fake_io.ts";

const API = ["CHASKI_API_KEY", "--api-key-file"] as const;
const UPSTREAM = ["CHASKI_UPSTREAM_KEY", "--upstream-key-file"] as const;
const ADMIN = ["CHASKI_ADMIN_KEY", "--admin-key-file"] as const;
const KEYS: [string[], string, readonly [string, string]][] = [
  [["serve", "--api-key", "sk-secret"], "--api-key", API],
  [["serve", "--api-key=sk-secret"], "--api-key", API],
  [["--api-key", "sk-secret", "serve"], "--api-key", API],
  [["serve", "--apikey=sk-secret"], "--apikey", API],
  [["serve", "--API_KEY=sk-secret"], "--API_KEY", API],
  [["serve", "-key", "sk-secret"], "-key", API],
  [["serve", "--token", "sk-secret"], "--token", API],
  [["serve", "--upstream-key", "sk-secret"], "--upstream-key", UPSTREAM],
  [["serve", "--upstream-key=sk-secret"], "--upstream-key", UPSTREAM],
  [["serve", "--admin-key=sk-secret"], "--admin-key", ADMIN],
];

for (const [argv, option, [variable, flag]] of KEYS) {
  Deno.test(`refuseKeys() refuses ${argv.join(" ")} and does not repeat the key`, async () => {
    const sentence =
      `Cannot take a key as an argument (${option}): every process on this machine could read ` +
      `it; set ${variable}, or name a file that holds the key with ${flag}`;
    assertEquals(assertThrows(() => refuseKeys(argv), ConfigError).message, sentence);
    const io = fakeIo();
    assertEquals([await run(argv, io), io.err, io.out], [2, `${sentence}\n`, ""]);
  });
}

Deno.test("refuseKeys() lets key files and everything else be", () => {
  const argv = ["serve", "--api-key-file", "/key", "--upstream-key-file=/key", "--keys", "key="];
  assertEquals(refuseKeys(argv), undefined);
});

Deno.test("cutUnknownValues() keeps the values of known options only", () => {
  assertEquals(
    cutUnknownValues(["serve", "--port=1", "--prot=2", "--x=\n=3", "a=b", "-p=4"], ["--port"]),
    ["serve", "--port=1", "--prot", "--x", "a=b", "-p=4"],
  );
});
