/**
 * Compiles the two C programs of the bench.
 */

/** Paths of the compiled programs. */
export interface Programs {
  mockLlama: string;
  loadgen: string;
}

/**
 * Compiles what the cache does not hold yet. The name of a program carries a hash of its sources, so
 * an edit compiles anew and several checkouts share the cache. Throws when gcc is missing or fails.
 */
export async function buildPrograms(): Promise<Programs> {
  const cache = cacheFolder();
  await Deno.mkdir(cache, { recursive: true, mode: 0o700 });
  return {
    mockLlama: await build("mock_llama", cache),
    loadgen: await build("loadgen", cache),
  };
}

/** The user's own cache, not the shared temp folder: others could plant a program there. */
function cacheFolder(): string {
  const home = Deno.env.get("HOME");
  const base = Deno.env.get("XDG_CACHE_HOME") || (home && `${home}/.cache`);
  if (!base) {
    throw new Error("Cannot cache the bench programs: neither HOME nor XDG_CACHE_HOME is set");
  }
  return `${base}/chaski-bench`;
}

async function build(name: string, cache: string): Promise<string> {
  const folder = new URL(`${name}/`, import.meta.url);
  const files = Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
  const program = `${cache}/${name}-${await hashOf(folder, files)}`;
  if (await exists(program)) return program;
  const sources = files.filter((file) => file.endsWith(".c"));
  // Compiled aside and then renamed: a run that is cut off leaves no half-written program.
  const unfinished = `${program}.${Deno.pid}`;
  await compile(sources.map((file) => new URL(file, folder).pathname), unfinished);
  await Deno.rename(unfinished, program);
  return program;
}

async function hashOf(folder: URL, files: readonly string[]): Promise<string> {
  const paths = [new URL("../clock.h", folder), ...files.map((file) => new URL(file, folder))];
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function compile(sources: readonly string[], output: string): Promise<void> {
  const { code, stderr } = await gcc(["-O2", "-Wall", "-Wextra", "-o", output, ...sources]);
  if (code === 0) return;
  throw new Error(`Cannot compile the bench programs: ${new TextDecoder().decode(stderr)}`);
}

async function gcc(args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("gcc", { args: ["-std=gnu17", ...args] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("Cannot compile the bench programs: gcc is not installed", { cause: error });
  }
}
