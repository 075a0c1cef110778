/** The real Claude Code as `chaski claude` starts it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { chaskiCommand, cleanEnv, startChaski } from "../chaski_process.ts";
import { emptyHome, execute } from "../clients/execute.ts";
import { parseEvents } from "../clients/process.ts";
import { startRelay } from "../clients/recorder.ts";
import { FakeLlama } from "../fake_llama.ts";
import { claudeCli } from "./claude_cli.ts";
import { type ClaudeEvent, finalText } from "./claude_events.ts";
import { claudeEnvironment, PRINT } from "./claude_process.ts";

const cli = await claudeCli();

/** A user whose own settings lead elsewhere. */
const SETTINGS = JSON.stringify({
  apiKeyHelper: "echo helped",
  env: {
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
    ANTHROPIC_AUTH_TOKEN: "elsewhere",
    ANTHROPIC_MODEL: "claude-elsewhere",
    CLAUDE_CODE_USE_BEDROCK: "1",
  },
});

/** Shell variables that lead elsewhere. */
const VARIABLES = {
  ANTHROPIC_API_KEY: "sk-ant-elsewhere",
  ANTHROPIC_CUSTOM_HEADERS: "x-api-key: elsewhere",
  ANTHROPIC_UNIX_SOCKET: "/nowhere",
  CLAUDE_CODE_USE_VERTEX: "1",
  NO_PROXY: "",
};

for (const key of [undefined, "test-key"]) {
  Deno.test(`\`chaski claude\` runs a turn and touches no file, ${key ? "with" : "without"} a key`, async () => {
    await using fake = await FakeLlama.start({ nCtx: 32768 });
    const keyed: Record<string, string> = key === undefined ? {} : { CHASKI_API_KEY: key };
    await using chaski = await startChaski({ upstream: fake.url, env: keyed });
    await using relay = startRelay(chaski.url, "/v1/messages");
    await using folder = await emptyHome();
    const settings = `${folder.home}/.claude/settings.json`;
    await Deno.mkdir(`${folder.home}/.claude`);
    await Deno.writeTextFile(settings, SETTINGS);
    const prompt = ["-p", ...PRINT, "Say something."];
    const [command, args] = chaskiCommand(["claude", "--url", relay.url, "--", ...prompt]);
    const { code, stdout, stderr } = await execute(command, args, {
      ...cleanEnv(folder.home, claudeEnvironment(folder.home)),
      ...VARIABLES,
      ...keyed,
      CHASKI_CLAUDE: cli.program,
    });
    assertEquals(code, 0, stderr + stdout);
    assertEquals(finalText(parseEvents<ClaudeEvent>(stdout)), "Hello from the fake.");
    const asked = relay.requests.map(({ headers, body }) => [
      headers["authorization"],
      headers["x-api-key"],
      body["model"],
    ]);
    assertEquals(asked, [[`Bearer ${key ?? "chaski"}`, undefined, "tiny"]]);
    assertStringIncludes(JSON.stringify(relay.requests[0]?.body), "Say something.");
    assertEquals(await Deno.readTextFile(settings), SETTINGS);
  });
}
