import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { claudeChanges, claudeExports, OVERRULING } from "../../src/cli/claude/environment.ts";

const TARGET = { url: "http://127.0.0.1:8484", model: "tiny", context: 32768, key: null };

/** What a shell has in its environment after it obeyed these lines. */
async function obeyed(lines: string, env: Record<string, string> = {}) {
  const { stdout, success } = await new Deno.Command("sh", {
    args: ["-c", `${lines}env -0`],
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
  }).output();
  assert(success, lines);
  const pairs = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  }));
}

Deno.test("claudeChanges() names the Chaski, a token, and one model for every name", () => {
  assertEquals(claudeChanges(TARGET, { HOME: "/home/ann" }), {
    set: {
      ANTHROPIC_BASE_URL: "http://127.0.0.1:8484",
      ANTHROPIC_AUTH_TOKEN: "chaski",
      ANTHROPIC_MODEL: "tiny",
      ANTHROPIC_SMALL_FAST_MODEL: "tiny",
      ANTHROPIC_DEFAULT_OPUS_MODEL: "tiny",
      ANTHROPIC_DEFAULT_SONNET_MODEL: "tiny",
      ANTHROPIC_DEFAULT_HAIKU_MODEL: "tiny",
      ANTHROPIC_DEFAULT_FABLE_MODEL: "tiny",
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "32768",
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: "8192",
      CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1",
      API_TIMEOUT_MS: "3000000",
    },
    unset: [],
  });
});

Deno.test("claudeChanges() limits an answer to a quarter of the context, and to 32,000 tokens", () => {
  const output = (context: number | null) =>
    claudeChanges({ ...TARGET, context }, {}).set["CLAUDE_CODE_MAX_OUTPUT_TOKENS"];
  assertEquals([null, 4097, 65536, 262144].map(output), [undefined, "1024", "16384", "32000"]);
});

Deno.test("claudeChanges() takes out what would lead elsewhere, and nothing else", () => {
  const env = Object.fromEntries(
    [...OVERRULING, "PATH", "CLAUDE_CONFIG_DIR"].map((name) => [name, "1"]),
  );
  assertEquals(claudeChanges(TARGET, env).unset, OVERRULING);
});

for (const proxy of ["HTTP_PROXY", "https_proxy", "ALL_PROXY"]) {
  Deno.test(`claudeChanges() lets no ${proxy} stand before Chaski`, () => {
    const { set } = claudeChanges(TARGET, { [proxy]: "http://p", NO_PROXY: "a" });
    assertEquals([set["NO_PROXY"], set["no_proxy"]], ["a,127.0.0.1", "a,127.0.0.1"]);
  });
}

Deno.test("claudeExports() gives a shell the same environment", async () => {
  const env = { ANTHROPIC_API_KEY: "sk-ant", HTTP_PROXY: "http://p:1" };
  const { set } = claudeChanges(TARGET, env);
  const shell = await obeyed(claudeExports(TARGET, env), env);
  for (const [name, value] of Object.entries(set)) assertEquals(shell[name], value, name);
  assertEquals(shell["ANTHROPIC_API_KEY"], undefined);
});

Deno.test("claudeExports() names a key by its variable alone", async () => {
  const text = claudeExports({ ...TARGET, key: "sk-secret" }, {});
  assert(!text.includes("sk-secret"));
  const shell = await obeyed(text, { CHASKI_API_KEY: 'a "b" $c' });
  assertEquals(shell["ANTHROPIC_AUTH_TOKEN"], 'a "b" $c');
});

Deno.test("claudeExports() quotes any model's name, without control characters", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: "binary" }), async (model) => {
      const text = claudeExports({ ...TARGET, model }, {});
      assertEquals(/[^\P{Cc}\n]/u.exec(text), null);
      const expected = model.toWellFormed().replace(/\p{Cc}+/gu, " ");
      assertEquals((await obeyed(text))["ANTHROPIC_MODEL"], expected);
    }),
    { numRuns: 50 },
  );
});

Deno.test("docs/claude-code.md shows what claudeExports() prints", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/claude-code.md", import.meta.url));
  const printed = claudeExports({ ...TARGET, model: "MODEL_NAME" }, {});
  assertStringIncludes(text, `\`\`\`sh\n${printed}\`\`\``);
});
