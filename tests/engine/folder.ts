/** A folder of one test, and programs in it. */

import { dirname, join } from "node:path";

/** Removed after the test. */
export interface TestFolder extends AsyncDisposable {
  path: string;
  /** Writes a file, with the folders it needs, and gives its path. */
  write(name: string, data: Uint8Array | string, mode?: number): Promise<string>;
}

/** An empty folder. */
export async function testFolder(): Promise<TestFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "chaski-engine-" }));
  return {
    path,
    async write(name, data, mode = 0o644) {
      const file = join(path, name);
      await Deno.mkdir(dirname(file), { recursive: true });
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      if ((mode & 0o111) === 0) {
        await Deno.writeFile(file, bytes, { mode });
        return file;
      }
      // Written by another process: one that a test beside starts at this moment would hold it open
      // for writing, and then it cannot be executed.
      await Deno.writeFile(`${file}.written`, bytes, { mode });
      await new Deno.Command("cp", { args: ["-p", `${file}.written`, file] }).output();
      await Deno.remove(`${file}.written`);
      return file;
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A program that answers as a llama-server of that build does, and notes each call in a file. */
export function tinyProgram(build: number, { notes = "/dev/null", help = HELP } = {}): string {
  return [
    "#!/bin/sh",
    `echo "$*" >> '${notes}'`,
    'case "$1" in',
    `  --version) echo 'version: ${build} (7f3e9d33)' >&2 ;;`,
    `  --help) cat <<'END'\n${help}END\n  ;;`,
    "  --list-devices) printf 'Available devices:\\n  CUDA0: Some GPU (24000 MiB, 23000 MiB free)\\n' ;;",
    "  *) exit 2 ;;",
    "esac",
    "",
  ].join("\n");
}

const HELP = [
  "-c,    --ctx-size N                     size of the prompt context",
  "--list-devices                          print list of available devices and exit",
  "",
].join("\n");
