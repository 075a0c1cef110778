import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { version } from "../../src/version.ts";
import { chaskiCommand, cleanEnv } from "../chaski_process.ts";
import type { Report } from "./report.ts";

const LIMIT_MS = 30_000;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Checks what ends at once: the version, the help and mistakes. */
export async function checkCommandLine(report: Report): Promise<void> {
  // An executable whose runtime ignores the program answers this with the runtime's version.
  await report.check("--version prints the version", async () => {
    assertEquals(await run("--version"), { code: 0, stdout: `chaski ${version}\n`, stderr: "" });
  });
  await report.check("--help names the commands", async () => {
    const { code, stdout, stderr } = await run("--help");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^Usage: chaski .*\n[^]*\n {2}serve /);
  });
  await report.check("serve --help names every option", async () => {
    const { code, stdout } = await run("serve", "--help");
    assertEquals(code, 0);
    for (const option of ["--upstream", "--port", "--api-key-file"]) {
      assertStringIncludes(stdout, option);
    }
  });
  await report.check("a mistyped command gets a suggestion and exit code 2", async () => {
    const { code, stdout, stderr } = await run("serv");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /Did you mean serve\?/);
  });
  await report.check("a mistyped option gets a suggestion and exit code 2", async () => {
    const { code, stdout, stderr } = await run("serve", "--prot", "1");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /Did you mean --port\?/);
  });
  await report.check("a key as an argument is refused and not repeated", async () => {
    const { code, stderr } = await run("serve", "--api-key", "sk-smoke");
    assertEquals([code, stderr.includes("sk-smoke")], [2, false]);
    assertMatch(stderr, /CHASKI_API_KEY/);
  });
}

async function run(...args: string[]): Promise<Ended> {
  const home = await Deno.makeTempDir({ prefix: "chaski-smoke-" });
  const [command, all] = chaskiCommand(args);
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: all,
      env: cleanEnv(home, { NO_COLOR: "1" }),
      clearEnv: true,
      stdin: "null",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
