/** The one direction of imports, learned from Deno's own graph of the program. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

/**
 * What each layer may import beside itself: layers (a folder of `src/`, or a file in it) and packages.
 * A trailing `*` stands for anything.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli"],
  cli: [
    ...["http", "supervise", "upstream", "engine", "hub", "models", "machine", "store"],
    ...["protocol", "config", "log.ts", "version.ts"],
    ...["commander", "@std/toml", "node:crypto", "node:path"],
  ],
  http: [
    ...["stream", "upstream", "store", "protocol", "config", "log.ts"],
    ...["@hono/*", "@std/*", "node:crypto"],
  ],
  stream: ["protocol"],
  supervise: [
    ...["upstream", "engine", "models", "machine", "protocol", "config"],
    ...["node:crypto", "node:fs/promises", "node:path"],
  ],
  upstream: ["protocol", "undici"],
  engine: ["config", "zod", "node:crypto", "node:path"],
  hub: ["models", "protocol", "@std/*", "node:crypto", "node:fs/promises", "node:path"],
  models: ["machine", "protocol", "node:path"],
  machine: [],
  store: ["node:buffer", "node:crypto", "node:path", "node:sqlite"],
  protocol: ["zod", "@cfworker/json-schema"],
  config: ["zod", "@std/*", "node:path"],
  "log.ts": ["@logtape/*"],
  "version.ts": [],
};

/** Packages that one file alone may know. */
const CONFINED: Readonly<Record<string, string>> = {
  undici: "src/upstream/http.ts",
  "node:sqlite": "src/store/database.ts",
};

/** What `protocol` must not know: the outside world, time and chance are handed to it. */
const IMPURE =
  /\b(Deno\.|fetch\(|Date\.now|new Date\(\)|performance\.|Math\.random|crypto\.|setTimeout)/;

const ROOT = new URL("../", import.meta.url);

/** A file of the program with the other files and the packages that it imports. */
interface Module {
  file: string;
  files: string[];
  packages: string[];
}

interface Graph {
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

async function programModules(): Promise<Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: fileURLToPath(ROOT),
    stderr: "null",
  }).output();
  const { modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  return modules.filter(({ specifier }) => isSource(specifier)).map(({ specifier, ...module }) => {
    const dependencies = module.dependencies ?? [];
    const targets = dependencies.flatMap(({ code, type }) => (code ?? type)?.specifier ?? []);
    const packages = dependencies.map((dependency) => dependency.specifier)
      .filter((name) => !name.startsWith("."));
    return { file: pathOf(specifier), files: targets.filter(isSource).map(pathOf), packages };
  });
}

/** The declarations of `@std` are types of packages, and no part of the program. */
function isSource(specifier: string): boolean {
  return specifier.startsWith(ROOT.href) && !specifier.endsWith(".d.ts");
}

function pathOf(specifier: string): string {
  return specifier.slice(ROOT.href.length);
}

function layerOf(file: string): string {
  return file.replace(/^src\//, "").split("/")[0] ?? file;
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

const modules = await programModules();

Deno.test("imports go in the direction of the layers", () => {
  const wrong = modules.flatMap(({ file, files, packages }) => {
    const layer = layerOf(file);
    const imported = [...files.map(layerOf).filter((other) => other !== layer), ...packages];
    const allowed = ALLOWED[layer] ?? [];
    return imported
      .filter((name) => !allowed.some((pattern) => matches(pattern, name)))
      .map((name) => `${file} imports ${name}`);
  });
  assertEquals(wrong, []);
});

Deno.test("every layer is in the table, and the table names no other", () => {
  const layers = new Set(modules.map(({ file }) => layerOf(file)));
  assertEquals([...layers].sort(), Object.keys(ALLOWED).sort());
});

Deno.test("a confined package is imported by one file alone", () => {
  for (const [name, only] of Object.entries(CONFINED)) {
    const importers = modules.filter(({ packages }) => packages.includes(name));
    assertEquals(importers.map(({ file }) => file), [only]);
  }
});

Deno.test("no files import each other in a circle", () => {
  const imports = new Map(modules.map(({ file, files }) => [file, files]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  visit("main.ts", []);
  assertEquals(circles, []);
});

Deno.test("every file of src is part of the program", async () => {
  const known = new Set(modules.map(({ file }) => file));
  assertEquals((await filesBelow("src")).filter((file) => !known.has(file)), []);
});

Deno.test("protocol knows no clock, no chance and nothing outside", async () => {
  for (const file of await filesBelow("src/protocol")) {
    const code = (await Deno.readTextFile(new URL(file, ROOT))).replaceAll(
      /\/\*[^]*?\*\/|\/\/.*/g,
      "",
    );
    assertEquals([file, IMPURE.exec(code)?.[0]], [file, undefined]);
  }
});

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await filesBelow(path));
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) files.push(path);
  }
  return files.sort();
}
