import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { version } from "../../src/version.ts";
import type { Report } from "./report.ts";
import { runChaski } from "./run_chaski.ts";

/** Checks what ends at once: the version, the help and mistakes. */
export async function checkCommandLine(report: Report): Promise<void> {
  // An executable whose runtime ignores the program answers this with the runtime's version.
  await report.check("--version prints the version", async () => {
    assertEquals(await runChaski("--version"), {
      code: 0,
      stdout: `chaski ${version}\n`,
      stderr: "",
    });
  });
  await report.check("--help names the commands", async () => {
    const { code, stdout, stderr } = await runChaski("--help");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^Usage: chaski .*\n[^]*\n {2}serve /);
  });
  await report.check("serve --help names every option", async () => {
    const { code, stdout } = await runChaski("serve", "--help");
    assertEquals(code, 0);
    for (const option of ["--upstream", "--port", "--api-key-file"]) {
      assertStringIncludes(stdout, option);
    }
  });
  await report.check("a mistyped command gets a suggestion and exit code 2", async () => {
    const { code, stdout, stderr } = await runChaski("serv");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /Did you mean serve\?/);
  });
  await report.check("a mistyped option gets a suggestion and exit code 2", async () => {
    const { code, stdout, stderr } = await runChaski("serve", "--prot", "1");
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /Did you mean --port\?/);
  });
  await report.check("a key as an argument is refused and not repeated", async () => {
    const { code, stderr } = await runChaski("serve", "--api-key", "sk-smoke");
    assertEquals([code, stderr.includes("sk-smoke")], [2, false]);
    assertMatch(stderr, /CHASKI_API_KEY/);
  });
}
