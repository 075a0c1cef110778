import { join } from "node:path";
import { requireProgram } from "../tools/run_program.ts";

/** A throw-away home of a client and a git repository beside it. `await using` removes both. */
export interface Workspace extends AsyncDisposable {
  /** The folder to set as HOME, and as the client's own: `home`. */
  readonly home: string;
  /** The folder to work in: `repository`. */
  readonly repository: string;
  /** Writes a file, named from the folder that holds both, and returns its path. */
  write(name: string, data: string | Uint8Array): Promise<string>;
  /** Reads such a file as text. */
  read(name: string): Promise<string>;
}

/** Makes a workspace without a configuration. */
export async function openWorkspace(): Promise<Workspace> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-client-" });
  const home = join(folder, "home");
  const repository = join(folder, "repository");
  await Promise.all([home, repository].map((path) => Deno.mkdir(path)));
  await requireProgram("make a repository for a client", "git", ["init", "--quiet", repository]);
  return {
    home,
    repository,
    async write(name, data) {
      const path = join(folder, name);
      await Deno.writeFile(path, typeof data === "string" ? new TextEncoder().encode(data) : data);
      return path;
    },
    read: (name) => Deno.readTextFile(join(folder, name)),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
