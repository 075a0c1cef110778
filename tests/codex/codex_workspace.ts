import { join } from "node:path";
import { codexToml, leanToml } from "../../src/cli/codex/provider.ts";
import { requireProgram } from "../tools/run_program.ts";

/** What Codex is told about Chaski. */
export interface CodexConfig {
  /** Chaski's base URL without `/v1`. */
  readonly url: string;
  readonly model: string;
  /** The variable that holds Chaski's key; null for a Chaski without a key. */
  readonly envKey: string | null;
}

/** A throw-away CODEX_HOME and a git repository beside it. `await using` removes both. */
export interface CodexWorkspace extends AsyncDisposable {
  /** The folder to set as CODEX_HOME and HOME. */
  readonly home: string;
  /** The folder to work in. */
  readonly repository: string;
  /** Writes a file beside the repository and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** Makes a workspace whose configuration names one Chaski. */
export async function codexWorkspace(config: CodexConfig): Promise<CodexWorkspace> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-codex-" });
  const home = join(folder, "home");
  const repository = join(folder, "repository");
  await Promise.all([home, repository].map((path) => Deno.mkdir(path)));
  await Deno.writeTextFile(join(home, "config.toml"), configToml(config));
  await requireProgram("make a repository for Codex", "git", ["init", "--quiet", repository]);
  return {
    home,
    repository,
    async write(name, text) {
      const path = join(folder, name);
      await Deno.writeTextFile(path, text);
      return path;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What `chaski codex config` prints, with the switches for small models in force. */
function configToml({ url, model, envKey }: CodexConfig): string {
  return codexToml({ url, model, keyed: envKey !== null }) + leanToml().join("\n") + "\n";
}
