/** `chaski engine install --debian`: llama-server from Debian's own packages. */

import type { Env } from "../config/locations.ts";
import { cannotInstall } from "./error.ts";
import { engineEnvironment } from "./run.ts";

const PACKAGE = "llama.cpp-tools";
const COMMAND = `apt-get install -y --no-install-recommends ${PACKAGE}`;

/** Runs apt on this terminal. Throws a sentence where apt, the package or the rights are missing. */
export async function installFromDebian(
  { env, isRoot }: { env: Env; isRoot: boolean },
): Promise<void> {
  const policy = await run("apt-cache", ["policy", PACKAGE], env, "piped");
  const [, candidate = "(none)"] = /^ +Candidate: (\S+)$/m.exec(policy.stdout) ?? [];
  if (candidate === "(none)") {
    throw cannotInstall(
      `apt does not know ${PACKAGE}, which Debian has from forky (testing) and in sid; add such ` +
        "a source and run apt-get update, or leave out --debian",
    );
  }
  if (!isRoot) throw cannotInstall(`apt needs root's rights; run sudo ${COMMAND}`);
  const [program = "", ...args] = COMMAND.split(" ");
  const { code } = await run(program, args, env, "inherit");
  if (code !== 0) throw cannotInstall(`apt-get ended with status ${code}; see what it says above`);
}

async function run(
  program: string,
  args: string[],
  env: Env,
  output: "piped" | "inherit",
): Promise<{ code: number; stdout: string }> {
  try {
    const child = new Deno.Command(program, {
      args,
      env: { ...engineEnvironment(env), LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
      clearEnv: true,
      stdin: "null",
      stdout: output,
      stderr: output,
    }).spawn();
    const stdout = output === "piped" ? (await child.output()).stdout : new Uint8Array(0);
    return { code: (await child.status).code, stdout: new TextDecoder().decode(stdout) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw cannotInstall(`there is no ${program}, so this is no Debian; leave out --debian`);
  }
}
