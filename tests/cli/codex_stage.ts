/** A Codex user's machine: a home of its own, a Chaski that answers, and a program named codex. */

import { join } from "node:path";
import { type ClientMachine, clientMachine, type FakeServer } from "./client_stage.ts";

/** A machine; `await using` removes it. */
export interface Machine extends ClientMachine {
  /** CODEX_HOME. */
  readonly home: string;
  readonly config: string;
  /** Writes `config.toml`, or another file of the home. */
  write(text: string, name?: string): Promise<void>;
}

/** Makes a machine on which a codex that says `version` is installed. */
export async function machine(
  server: FakeServer = { models: { tiny: 4096 } },
  version: string | null = "0.169.0",
): Promise<Machine> {
  const user = await clientMachine("codex", version === null ? null : script(version), server);
  const home = join(user.folder, "codex");
  await Deno.mkdir(home);
  user.env["CODEX_HOME"] = home;
  return {
    ...user,
    home,
    config: join(home, "config.toml"),
    write: (text, name = "config.toml") => Deno.writeTextFile(join(home, name), text),
  };
}

/** A codex that writes what it was given beside itself, and ends with the code of its first prompt. */
function script(version: string): string {
  return `#!/bin/sh
if [ "$1" = "--version" ]; then echo "codex-cli ${version}"; exit 0; fi
for argument in "$@"; do printf '%s\\n' "$argument" >> "$0.args"; done
printf '%s\\n' "\${CHASKI_API_KEY-unset}" "\$NO_PROXY" > "$0.env"
case "$*" in *"exit 7"*) exit 7;; esac
`;
}
