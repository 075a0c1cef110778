import { join } from "node:path";
import { isThere } from "../cache.ts";
import { requireProgram } from "../run_program.ts";
import { ToolError } from "../tool_error.ts";
import type { DebianMachine } from "./platform.ts";

const LAYOUT = {
  amd64: { triplet: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  arm64: { triplet: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" },
} as const;

/** A llama-server that stands on its own, still in the scratch folder. */
export interface Build {
  /** The folder to move to {@linkcode Build.name} in the cache; it runs only from there. */
  readonly folder: string;
  /** A folder name that tells the architecture and the version. */
  readonly name: string;
}

/**
 * Unpacks Debian's packages and points the programs at their own loader and libraries. The result is
 * an ordinary executable without a wrapper: `/proc/self/exe` is the program itself, which
 * llama-server's router mode needs to start itself.
 *
 * @param scratch an existing folder to work in
 * @param cache the folder that the build will be moved into
 */
export async function buildFromDebianPackages(
  scratch: string,
  archives: string,
  cache: string,
  { architecture }: DebianMachine,
): Promise<Build> {
  const { triplet, loader } = LAYOUT[architecture];
  const root = join(scratch, "root");
  const folder = join(scratch, "build");
  const packages = await unpack(archives, root);
  await arrange(root, join(root, "usr/lib", triplet), folder);
  await Deno.writeTextFile(join(folder, "PACKAGES"), packages);
  const name = `llama-server-${architecture}-${await versionOf(packages)}`;
  const lib = join(folder, "lib");
  if (!await isThere(join(lib, loader))) {
    throw new ToolError(`Cannot build llama-server: Debian's C library has no ${loader}`);
  }
  const patchelf = (...args: string[]) =>
    requireProgram("build llama-server", join(lib, loader), [
      ...["--library-path", lib, join(root, "usr/bin/patchelf")],
      ...args,
    ]);
  await patch(folder, join(cache, name, "lib", loader), patchelf);
  return { folder, name };
}

async function unpack(archives: string, root: string): Promise<string> {
  const debs = [...Deno.readDirSync(archives)].map(({ name }) => name).sort();
  let packages = "";
  for (const deb of debs.filter((name) => name.endsWith(".deb"))) {
    await requireProgram(`unpack ${deb}`, "dpkg-deb", ["-x", join(archives, deb), root]);
    packages += await requireProgram(`read ${deb}`, "dpkg-deb", ["-W", join(archives, deb)]);
  }
  return packages;
}

// ggml looks for its variants of the CPU backend in Debian's fixed folder, then beside the executable:
// the latter is what works from a cache.
async function arrange(root: string, libraries: string, folder: string): Promise<void> {
  const bin = join(folder, "bin");
  const lib = join(folder, "lib");
  for (const made of [bin, lib]) await Deno.mkdir(made, { recursive: true });
  await moveMatching(join(root, "usr/bin"), /^llama-/, bin);
  await moveMatching(libraries, /\.so(\.|$)/, lib);
  await moveMatching(join(libraries, "llama"), /\.so$/, lib);
  for (const place of await foldersIn(join(libraries, "ggml"))) {
    await moveMatching(place, /^libggml-.*\.so$/, bin);
  }
  if (namesIn(bin).some((name) => name.startsWith("libggml-cpu"))) return;
  throw new ToolError("Cannot build llama-server: Debian's ggml package has no CPU backend");
}

async function moveMatching(from: string, pattern: RegExp, to: string): Promise<void> {
  if (!await isThere(from)) return;
  for (const name of namesIn(from).filter((name) => pattern.test(name))) {
    await Deno.rename(join(from, name), join(to, name));
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  if (!await isThere(folder)) return [];
  const below = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
  const deeper = await Promise.all(below.map(({ name }) => foldersIn(join(folder, name))));
  return [folder, ...deeper.flat()];
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => !isDirectory)
    .map(({ name }) => name);
}

// DT_RPATH instead of RUNPATH: it also covers what the libraries need, it beats the system's
// ld.so.cache, and unlike LD_LIBRARY_PATH child processes do not inherit it.
async function patch(
  folder: string,
  loader: string,
  patchelf: (...args: string[]) => Promise<string>,
): Promise<void> {
  const bin = join(folder, "bin");
  const lib = join(folder, "lib");
  const programs = namesIn(bin).filter((name) => name.startsWith("llama-"));
  for (const path of programs.map((name) => join(bin, name))) {
    await patchelf(
      "--set-interpreter",
      loader,
      "--force-rpath",
      "--set-rpath",
      "$ORIGIN/../lib",
      path,
    );
  }
  const own = namesIn(lib).filter((name) => /^lib(llama|ggml|mtmd).*\.so/.test(name));
  const backends = namesIn(bin).filter((name) => name.startsWith("libggml-"));
  const paths = [...own.map((name) => join(lib, name)), ...backends.map((name) => join(bin, name))];
  for (const path of paths) {
    if ((await Deno.lstat(path)).isSymlink) continue;
    await patchelf("--force-rpath", "--set-rpath", "$ORIGIN:$ORIGIN/../lib", path);
  }
}

async function versionOf(packages: string): Promise<string> {
  const version = /^llama\.cpp-tools\t(.*)$/m.exec(packages)?.[1] ?? "unknown";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(packages));
  return `${version.replace(/[^A-Za-z0-9.]+/g, "_")}-${new Uint8Array(digest).toHex().slice(0, 8)}`;
}
