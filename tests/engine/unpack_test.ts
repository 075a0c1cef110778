import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ArchiveError } from "../../src/engine/archive.ts";
import { unpack } from "../../src/engine/unpack.ts";
import { bytesOf, type Content, joined, pax, tar, tarGz, zip } from "./archives.ts";
import { testFolder } from "./folder.ts";

const LONG = `llama/${"x".repeat(80)}/${"y".repeat(90)}`;
const BIG = crypto.getRandomValues(new Uint8Array(65_536));
const CONTENTS: Content[] = [
  { name: "./llama/" },
  { name: "llama/llama-server", data: "program", mode: 0o755 },
  { name: "llama/libllama.so.0", data: joined(BIG, BIG, BIG, bytesOf("odd")) },
  { name: "llama/libllama.so", target: "libllama.so.0" },
  { name: "llama/empty" },
];

/** Writes the archive and unpacks it beside. */
async function unpacked(
  bytes: Uint8Array,
  ending: string,
  bounds?: { entries: number; bytes: number },
) {
  const folder = await testFolder();
  const archive = await folder.write(`archive${ending}`, bytes);
  const out = join(folder.path, "out");
  await Deno.mkdir(out);
  try {
    return { folder, out, files: await unpack(archive, out, bounds) };
  } catch (error) {
    // Nothing may lie beside the two.
    const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
    await folder[Symbol.asyncDispose]();
    assertEquals(names, [`archive${ending}`, "out"]);
    throw error;
  }
}

const FORMATS: [string, Uint8Array, string][] = [
  ["a .tar.gz", tarGz(CONTENTS), ".tar.gz"],
  ["a ZIP archive", zip(CONTENTS), ".zip"],
  ["a stored ZIP archive", zip(CONTENTS, 0), ".zip"],
];

for (const [what, bytes, ending] of FORMATS) {
  Deno.test(`unpack() gives files, links and modes of ${what}`, async () => {
    const { folder, out, files } = await unpacked(bytes, ending);
    await using _ = folder;
    assertEquals(files, ["llama/llama-server", "llama/libllama.so.0", "llama/empty"]);
    const mode = async (name: string) => ((await Deno.stat(join(out, name))).mode ?? 0) & 0o111;
    assertEquals(await mode("llama/llama-server"), 0o111);
    assertEquals(await mode("llama/libllama.so.0"), 0);
    const library = await Deno.readFile(join(out, "llama/libllama.so"));
    assertEquals(library, joined(BIG, BIG, BIG, bytesOf("odd")));
    assertEquals((await Deno.stat(join(out, "llama/empty"))).size, 0);
  });
}

Deno.test("unpack() reads what the system's tar writes, in GNU's form and in pax", async () => {
  for (const format of ["gnu", "pax", "ustar"]) {
    await using folder = await testFolder();
    await folder.write(`in/${LONG}`, "deep");
    await folder.write("in/llama-server", "program", 0o755);
    await Deno.symlink("llama-server", join(folder.path, "in/link"));
    const archive = join(folder.path, "a.tar.gz");
    const { success } = await new Deno.Command("tar", {
      args: [`--format=${format}`, "-czf", archive, "-C", join(folder.path, "in"), "."],
    }).output();
    assertEquals(success, true);
    const out = join(folder.path, "out");
    await Deno.mkdir(out);
    assertEquals((await unpack(archive, out)).sort(), ["llama-server", LONG]);
    assertEquals(await Deno.readTextFile(join(out, LONG)), "deep");
    assertEquals(await Deno.readTextFile(join(out, "link")), "program");
  }
});

Deno.test("unpack() takes names and sizes from pax headers", async () => {
  const bytes = tarGz([
    { name: "global", data: "20 comment=whatever\n", type: "g" },
    pax({ mtime: "1.5", path: LONG, size: "4" }),
    { name: "short", data: "deep", size: 4 },
    { name: "next", data: "x" },
  ]);
  const { folder, out, files } = await unpacked(bytes, ".tar.gz");
  await using _ = folder;
  assertEquals(files, [LONG, "next"]);
  assertEquals(await Deno.readTextFile(join(out, LONG)), "deep");
});

const OUT = "it has a name that leads out of its folder";
const LINK = "it has a link that leads out of its folder";
const TWICE = "it has one name twice";

/** Contents that no archive of llama.cpp's has. */
const HOSTILE: [string, Content[], string][] = [
  ["a path upwards", [{ name: "../evil", data: "x" }], OUT],
  ["a path upwards in the middle", [{ name: "a/../../evil", data: "x" }], OUT],
  ["an absolute path", [{ name: "/tmp/chaski-evil", data: "x" }], OUT],
  ["a path of Windows", [{ name: "..\\evil", data: "x" }], OUT],
  ["a drive", [{ name: "C:evil", data: "x" }], OUT],
  ["a path upwards behind a blank", [{ name: ".. /.. /evil", data: "x" }], OUT],
  ["a folder that ends with a dot", [{ name: "a./evil", data: "x" }], OUT],
  ["a control sign", [{ name: "a\x07", data: "x" }], OUT],
  ["a deep path", [{ name: "d/".repeat(20) + "x", data: "x" }], OUT],
  ["a link upwards", [{ name: "a", target: ".." }], LINK],
  ["an absolute link", [{ name: "a", target: "/etc" }], LINK],
  ["a link through folders", [{ name: "a", target: "b/c" }], LINK],
  ["a link without target", [{ name: "a", target: "" }], LINK],
  ["a file through a link", [{ name: "a", target: "b" }, { name: "a/x", data: "x" }], TWICE],
  ["a file over a link", [{ name: "a", target: "../evil" }, { name: "a", data: "x" }], LINK],
  ["a file twice", [{ name: "a", data: "x" }, { name: "./a", data: "y" }], TWICE],
  ["a folder in a file", [{ name: "a", data: "x" }, { name: "a/b", data: "y" }], TWICE],
];

for (const [what, contents, reason] of HOSTILE) {
  for (const [ending, make] of [[".tar.gz", tarGz], [".zip", zip]] as const) {
    Deno.test(`unpack() refuses ${what} in a ${ending}`, async () => {
      const error = await assertRejects(() => unpacked(make(contents), ending), ArchiveError);
      assertEquals(error.message, reason);
    });
  }
}

Deno.test("unpack() holds an archive to its bounds", async () => {
  const bounds = { entries: 3, bytes: 100 };
  const many = "abcd".split("").map((name) => ({ name, data: "x" }));
  const large = [{ name: "a", data: "x".repeat(60) }, { name: "b", data: "x".repeat(60) }];
  for (const contents of [many, large]) {
    for (const [ending, make] of [[".tar.gz", tarGz], [".zip", zip]] as const) {
      await assertRejects(
        () => unpacked(make(contents), ending, bounds),
        ArchiveError,
        "it holds more than any llama-server needs",
      );
    }
  }
});

const DAMAGED = "it is damaged or cut off";
const ODD = "it has something that is neither file, folder nor symbolic link";
const WRONG: [string, Uint8Array, string, string][] = [
  ["nothing", new Uint8Array(0), ".tar.gz", DAMAGED],
  ["nothing", new Uint8Array(0), ".zip", DAMAGED],
  ["another format", bytesOf("<html>".repeat(100)), ".tar.gz", DAMAGED],
  ["another format", bytesOf("<html>".repeat(100)), ".zip", DAMAGED],
  ["a part", tarGz(CONTENTS).subarray(0, 20_000), ".tar.gz", DAMAGED],
  ["a part", zip(CONTENTS).subarray(0, 20_000), ".zip", DAMAGED],
  ["a part of a tar", new Uint8Array(), ".tar.gz", DAMAGED],
  ["a hard link", tarGz([{ name: "a", type: "1" }]), ".tar.gz", ODD],
  ["a device", tarGz([{ name: "a", type: "3" }]), ".tar.gz", ODD],
  ["a folder with content", tarGz([{ name: "a/", data: "x" }]), ".tar.gz", ODD],
  [
    "a long name",
    tarGz([{ name: "x", data: "n".repeat(70_000), type: "L" }]),
    ".tar.gz",
    "it has a name that is too long",
  ],
  [
    "a pax header that lies",
    tarGz([{ name: "x", data: "99 path=a\n", type: "x" }]),
    ".tar.gz",
    DAMAGED,
  ],
  [
    "a size that is none",
    tarGz([pax({ size: "-1" }), { name: "a" }]),
    ".tar.gz",
    "it has a size that is none",
  ],
  ["a deflated bomb", zip([{ name: "a", data: "x".repeat(1_000_000), size: 10 }]), ".zip", DAMAGED],
  ["a file that is too short", zip([{ name: "a", data: "x", size: 10 }]), ".zip", DAMAGED],
];

for (const [what, bytes, ending, reason] of WRONG) {
  Deno.test(`unpack() tells of ${what} in a ${ending} of ${bytes.length} bytes`, async () => {
    const error = await assertRejects(() => unpacked(bytes, ending), ArchiveError);
    assertEquals(error.message, reason);
  });
}

Deno.test("unpack() tells of every cut and of every changed byte in the headers", async () => {
  const whole = tar([{ name: "a", data: "x".repeat(600) }]);
  for (const length of [1, 511, 512, 513, 1100, 1535]) {
    const { gzipSync } = await import("node:zlib");
    const cut = new Uint8Array(gzipSync(whole.subarray(0, length)));
    await assertRejects(() => unpacked(cut, ".tar.gz"), ArchiveError, DAMAGED);
  }
  const archive = zip([{ name: "a", data: "hello" }]);
  for (let at = 0; at < archive.length; at++) {
    const changed = archive.slice();
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    const outcome = await unpacked(changed, ".zip").catch((error) => error);
    if (outcome instanceof Error) assertEquals([at, outcome instanceof ArchiveError], [at, true]);
    else await outcome.folder[Symbol.asyncDispose]();
  }
});
