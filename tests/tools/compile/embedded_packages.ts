import { stripVTControlCharacters } from "node:util";

/** The npm packages that the program imports; nothing else may get into the executable. */
export const ALLOWED_PACKAGES: ReadonlySet<string> = new Set([
  "@cfworker/json-schema",
  "@logtape/logtape",
  "@logtape/pretty",
  "commander",
  "deno-std",
  "hono",
  "undici",
  "zod",
]);

/**
 * Reads which npm packages an executable embeds from what `deno compile` prints. Below the heading
 * "Embedded Files" it draws a tree; the program's packages lie in it under
 * `.deno_compile_node_modules/<registry>/`, those of a `node_modules` folder under that name.
 *
 * @returns the packages' names, sorted
 * @throws {SyntaxError} when the output has no such tree
 */
export function embeddedPackages(output: string): string[] {
  const names = embeddedPaths(stripVTControlCharacters(output)).map(packageIn);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** The packages of `names` that are not in {@linkcode ALLOWED_PACKAGES}. */
export function unexpectedPackages(names: readonly string[]): string[] {
  return names.filter((name) => !ALLOWED_PACKAGES.has(name));
}

const TREE_LINE = /^((?:[│ ] )*)[├└]─[─┬] (.+?)(?: \([^()]*\))?$/;

function embeddedPaths(output: string): string[][] {
  const [, tree] = output.split(/^Embedded Files\r?\n/m);
  if (tree === undefined) throw new SyntaxError("Cannot read the embedded files: no such heading");
  const paths: string[][] = [];
  let above: string[][] = [];
  for (const line of tree.split(/\r?\n/)) {
    const [, indent, name] = TREE_LINE.exec(line) ?? [];
    if (indent === undefined || name === undefined) continue;
    const parents = above.slice(0, indent.length / 2);
    above = [...parents, name.split("/")];
    paths.push(above.flat());
  }
  return paths;
}

function packageIn(path: readonly string[]): string | undefined {
  const compiled = path[0] === ".deno_compile_node_modules";
  const place = path.indexOf("node_modules");
  if (!compiled && place < 0) return undefined;
  const [first, second] = path.slice(compiled ? 2 : place + 1);
  if (first === undefined) return undefined;
  if (!first.startsWith("@")) return first;
  return second === undefined ? undefined : `${first}/${second}`;
}
