import { assertEquals, assertStringIncludes } from "@std/assert";

/** Runs `main.ts` as a process of its own, without the variables of this one. */
async function chaski(...args: string[]): Promise<[number, string, string]> {
  const main = new URL("../../main.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", main, ...args],
    env: { NO_COLOR: "1", CHASKI_PORT: "", CHASKI_HOST: "", CHASKI_API_KEY: "sk-test" },
  }).output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout), decoder.decode(stderr)];
}

Deno.test("main.ts prints its version", async () => {
  assertEquals(await chaski("--version"), [0, "chaski 0.1.0\n", ""]);
});

Deno.test("main.ts prints the whole help before it exits", async () => {
  const [code, out, err] = await chaski("serve", "--help");
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "\nExit codes:\n");
});

Deno.test("main.ts exits with 2 and a sentence for what it cannot run", async () => {
  const [code, out, err] = await chaski("serve", "--no-auth");
  assertEquals([code, out], [2, ""]);
  assertEquals(
    err,
    "Cannot use --no-auth together with an API key (CHASKI_API_KEY): drop one of the two\n",
  );
});
