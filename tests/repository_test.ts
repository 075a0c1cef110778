/** What must agree across the files of the repository, and what must not be in it. */
import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** Folders that git ignores, and git's own. */
const NOT_OURS = [".git", "dist", "coverage", "node_modules"];

const TOP_LEVEL = [
  ".ci",
  ".dockerignore",
  ".github",
  ".gitignore",
  "CHANGELOG.md",
  "Dockerfile",
  "LICENSE",
  "README.md",
  "chaski.example.toml",
  "compose.yaml",
  "deno.json",
  "deno.lock",
  "docs",
  "main.ts",
  "src",
  "tests",
];

// Written so that this file does not find itself.
const UNFINISHED = [
  /\bTO[D]O\b/,
  /\bFIX[M]E\b/,
  /@ts-(?:ignor[e]|nochec[k]|expect-erro[r])/,
  /deno-lint-ignor[e]/,
];
const SKIPPED = [/\bDeno\.test\.(?:ignore|only|skip)\b/, /\b(?:ignore|only)\s*:/];
const MACHINE_PATHS = [/\/wor[k]\//, /\/roo[t]\//, /\/tmp\/t[c]\b/];

interface Manifest {
  version: string;
  imports: Record<string, string>;
}

const manifest: Manifest = JSON.parse(await textOf("deno.json"));

function textOf(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (NOT_OURS.includes(name)) continue;
    if (isDirectory) files.push(...await filesBelow(`${folder}${name}/`));
    else files.push(`${folder}${name}`);
  }
  return files.sort();
}

/** The places in `files` where one of the patterns matches, as `file:line: text`. */
async function found(
  patterns: readonly RegExp[],
  files: readonly string[],
): Promise<string[]> {
  const places: string[] = [];
  for (const file of files) {
    const lines = (await textOf(file)).split("\n");
    for (const [index, line] of lines.entries()) {
      const match = patterns.map((pattern) => pattern.exec(line)).find((match) => match !== null);
      if (match) places.push(`${file}:${index + 1}: ${match[0]}`);
    }
  }
  return places;
}

const files = await filesBelow("");
const recorded = (file: string) => /^tests\/(?:fixtures|golden|.*\/recorded)\//.test(file);

Deno.test("the top level holds nothing unusual", async () => {
  const entries = await Array.fromAsync(Deno.readDir(ROOT), ({ name }) => name);
  const unusual = entries.filter((name) => !NOT_OURS.includes(name) && !TOP_LEVEL.includes(name));
  assertEquals(unusual, []);
});

Deno.test("no package.json or node_modules stands beside deno.json", () => {
  assertEquals(files.filter((file) => /(?:^|\/)package(?:-lock)?\.json$/.test(file)), []);
  assertEquals([...Deno.readDirSync(ROOT)].filter(({ name }) => name === "node_modules"), []);
});

Deno.test("version.ts has the version of deno.json", async () => {
  assertMatch(manifest.version, /^\d+\.\d+\.\d+$/);
  const [, version] = /export const version = "(.+)";/.exec(await textOf("src/version.ts")) ?? [];
  assertEquals(version, manifest.version);
});

Deno.test("every file pins the same Deno", async () => {
  // `npx deno@X`, an image's tag, and an `ARG` or `env` of a Dockerfile or workflow.
  const pin = /(?:[^/\w]deno@|denoland\/deno:(?:\w+-)?|DENO_VERSION[=:]\s*)"?(\d+\.\d+\.\d+)/g;
  const pins = new Map<string, Set<string>>();
  for (const file of files.filter((file) => !recorded(file) && file !== "deno.lock")) {
    const versions = [...(await textOf(file)).matchAll(pin)].map(([, version = ""]) => version);
    if (versions.length > 0) pins.set(file, new Set(versions));
  }
  const [wanted] = pins.get("README.md") ?? [];
  assertMatch(wanted ?? "README.md pins none", /^\d+\.\d+\.\d+$/);
  const others = [...pins].filter(([, versions]) => [...versions].join() !== wanted);
  assertEquals(others, []);
  for (const file of [".ci/run", "Dockerfile"]) assertEquals([file, pins.has(file)], [file, true]);
});

Deno.test("the declarations of @std stand in for npm's, as long as those are used", async () => {
  const keys = Object.keys(manifest.imports).filter((name) => name.startsWith("@std/"));
  const fromNpm = keys.filter((name) => manifest.imports[name]?.startsWith("npm:deno-std@"));
  assertEquals(files.includes("src/std.d.ts"), fromNpm.length > 0);
  if (fromNpm.length === 0) return;
  const declared = [...(await textOf("src/std.d.ts")).matchAll(/declare module "([^"]+)"/g)];
  assertEquals(fromNpm, keys, "either all of @std comes from npm or nothing");
  assertEquals(declared.map(([, name]) => name).sort(), keys.sort());
});

Deno.test("every npm package is pinned to one version, and used", async () => {
  const loose = Object.entries(manifest.imports).filter(([, target]) =>
    !/^(?:npm|jsr):\/?(?:@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+(?:\/.*)?$/.test(target)
  );
  assertEquals(loose, []);
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  const text = (await Promise.all(sources.map(textOf))).join("\n");
  const unused = Object.keys(manifest.imports).filter((name) => !text.includes(`"${name}`));
  assertEquals(unused, []);
});

Deno.test("nothing is left unfinished, skipped or hidden from the checks", async () => {
  const sources = files.filter((file) => /\.(?:ts|sh|c|h)$/.test(file) || file === ".ci/run");
  assertEquals(await found(UNFINISHED, sources), []);
  assertEquals(await found(SKIPPED, files.filter((file) => file.endsWith("_test.ts"))), []);
});

Deno.test("no file names a path of one machine", async () => {
  assertEquals(await found(MACHINE_PATHS, files.filter((file) => !recorded(file))), []);
});

Deno.test("only what is written for a shell is executable", async () => {
  if (Deno.build.os === "windows") return;
  const executable = files.filter((file) => {
    const { mode } = Deno.statSync(new URL(file, ROOT));
    return mode !== null && (mode & 0o111) !== 0;
  });
  assertEquals(executable, [".ci/run"]);
  assertMatch(await textOf(".ci/run"), /^#!\/usr\/bin\/env bash\n/);
});

Deno.test("both images are pinned, run as nobody in particular and can tell their health", async () => {
  const text = (await textOf("Dockerfile")).replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, " ");
  const lines = text.split("\n").filter((line) => line !== "");
  const of = (name: string) => lines.filter((line) => line.startsWith(`${name} `));
  const [build, llama, ...last] = of("FROM");
  assertMatch(build ?? "", /^FROM denoland\/deno:debian-\d+\.\d+\.\d+ AS build$/);
  assertMatch(llama ?? "", /^FROM ghcr\.io\/ggml-org\/llama\.cpp:server-b\d+ AS llama$/);
  assertEquals(last, ["FROM gcr.io/distroless/cc-debian12:nonroot"]);
  assertEquals(of("ADD"), [], "COPY does what is needed, and nothing more");
  assertEquals(of("USER"), ["USER 65532:65532", "USER 65532:65532"]);
  assertEquals(of("HEALTHCHECK").length, 2);
  for (const line of ["RUN", "ENTRYPOINT", "CMD", "VOLUME"].flatMap(of)) {
    assertMatch(line, /^\w+ \["/, "the exec form needs no shell");
  }
  for (const line of of("COPY").filter((line) => line.includes("--from="))) {
    assertMatch(line, / --chmod=0\d{3} /);
  }
});
