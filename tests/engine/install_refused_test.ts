import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { cannotInstall, explained } from "../../src/engine/error.ts";
import { bytesOf, joined, tarGz } from "./archives.ts";
import { installStage, tinyArchive } from "./install_stage.ts";
import { archiveName, type ReleaseStand, type Stood } from "./release_stand.ts";

const NAME = archiveName("b2");
const ARCHIVE = tinyArchive(2);

/** Something that is wrong with the release `b2`, and the end of the sentence. */
const WRONG: [string, Partial<Stood>, string][] = [
  [
    "another digest",
    { asset: { digest: `sha256:${"0".repeat(64)}` } },
    `${NAME} is not the published file: its SHA-256 is another one; try again, and look what ` +
    "stands between if that stays so",
  ],
  [
    "no digest",
    { asset: { digest: null } },
    `${NAME} has no published SHA-256 to hold it against; take a newer release by --release`,
  ],
  [
    "a weak digest",
    { asset: { digest: "md5:00" } },
    `${NAME} has no published SHA-256 to hold it against; take a newer release by --release`,
  ],
  ["a size beyond all bounds", { asset: { size: 3 * 1024 ** 3 } }, `${NAME} is larger than 2 GiB`],
  [
    "more bytes than it says",
    { asset: { size: 10 } },
    `${NAME} is longer than its release says; try again`,
  ],
  [
    "fewer bytes than it says",
    { asset: { size: 1_000_000 } },
    `${NAME} was cut off while it was fetched; try again`,
  ],
  [
    "an address without TLS",
    { asset: { browser_download_url: "http://releases.example/x" } },
    "the address to fetch from (releases.example) is not https; see CHASKI_ENGINE_RELEASES",
  ],
  [
    "an address that is none",
    { asset: { browser_download_url: "nowhere" } },
    "the address to fetch from is not https; see CHASKI_ENGINE_RELEASES",
  ],
  [
    "a file of this machine",
    { asset: { browser_download_url: "file:///etc/passwd" } },
    "the address to fetch from is not https; see CHASKI_ENGINE_RELEASES",
  ],
  [
    "a traversal",
    { archive: tarGz([{ name: "../../llama-server", data: "x", mode: 0o755 }]) },
    `${NAME} cannot be unpacked: it has a name that leads out of its folder; take another release`,
  ],
  [
    "no archive",
    { archive: new Uint8Array([1, 2, 3]) },
    `${NAME} cannot be unpacked: it is damaged or cut off; take another release`,
  ],
  [
    "no program",
    { archive: tarGz([{ name: "README", data: "x" }]) },
    "the release has no llama-server; take another one by --release",
  ],
  ["a program that is a link", {
    archive: tarGz([{ name: "llama-server", target: "sh" }, { name: "sh", data: "x" }]),
  }, "the release has no llama-server; take another one by --release"],
  [
    "a program that does not run",
    {
      archive: tarGz([{ name: "llama-server", data: "#!/bin/sh\nexit 5\n" }]),
    },
    "its build for cpu does not run here: it ended with status 5; take another one by --backend " +
    "or --release, or build llama.cpp from source",
  ],
];

for (const [what, stood, reason] of WRONG) {
  Deno.test(`installEngine() refuses ${what}, and leaves all as it was`, async () => {
    await using at = await installStage();
    at.stand.releases.set("b1", { archive: tinyArchive(1) });
    const { engine } = await at.install();
    const before = at.kept();
    at.stand.releases.set("b2", { archive: ARCHIVE, ...stood });
    const error = await assertRejects(() => at.install(), Error);
    assertEquals(error.message, `Cannot install llama-server: ${reason}`);
    assertEquals(at.kept(), before);
    assertEquals((await at.install({ release: "b1" })).engine, engine);
  });
}

/** What the place of releases may do instead of answering. */
const ANSWERS: [string, (stand: ReleaseStand) => ReleaseStand["instead"], string][] = [
  ["has no release", () => null, "what tells of the releases answered 404; try again later"],
  [
    "takes no more requests",
    () => () => new Response(null, { status: 403 }),
    "GitHub takes no more requests from here for now; try again in an hour",
  ],
  [
    "is something else",
    () => () => new Response("<html>"),
    "what tells of the releases is not GitHub's API; see CHASKI_ENGINE_RELEASES",
  ],
  ["never stops", () => () => new Response(endless()), "what tells of the releases is too long"],
  [
    "redirects to http",
    () => () => Response.redirect("http://releases.example/"),
    "the address to fetch from (releases.example) is not https; see CHASKI_ENGINE_RELEASES",
  ],
  [
    "redirects for ever",
    ({ api }) => () => Response.redirect(`${api}/again`),
    "HOST redirects again and again; try again later",
  ],
];

function endless(): ReadableStream<Uint8Array> {
  const piece = new TextEncoder().encode(" ".repeat(1_000_000));
  return new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
}

for (const [what, instead, reason] of ANSWERS) {
  Deno.test(`installEngine() says so where the place of releases ${what}`, async () => {
    await using at = await installStage();
    at.stand.instead = instead(at.stand);
    const error = await assertRejects(() => at.install(), Error);
    const host = new URL(at.stand.api).host;
    assertEquals(error.message, `Cannot install llama-server: ${reason.replace("HOST", host)}`);
    assertEquals(at.kept(), []);
  });
}

Deno.test("installEngine() says so where a download is refused", async () => {
  await using at = await installStage();
  at.stand.releases.set("b2", { archive: ARCHIVE });
  at.stand.instead = ({ url }) =>
    url.includes("/files/") ? new Response("no", { status: 503 }) : undefined;
  const error = await assertRejects(() => at.install(), Error);
  assertEquals(
    error.message,
    `Cannot install llama-server: ${NAME} cannot be fetched: it was answered 503; try again later`,
  );
  assertEquals(at.kept(), [".lock"]);
});

Deno.test("installEngine() says so where a connection is cut", async () => {
  await using at = await installStage();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answered = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${ARCHIVE.length}\r\n\r\n`;
    await connection.write(joined(bytesOf(head), ARCHIVE.subarray(0, 100)));
  })();
  const host = `127.0.0.1:${listener.addr.port}`;
  const asset = { browser_download_url: `http://${host}/x` };
  at.stand.releases.set("b2", { archive: ARCHIVE, asset });
  const error = await assertRejects(() => at.install(), Error);
  await answered;
  assertEquals(
    error.message,
    `Cannot install llama-server: the connection to ${host} was cut; try again`,
  );
  assertEquals(at.kept(), [".lock"]);
});

Deno.test("installEngine() asks no address without TLS, but those of this machine", async () => {
  await using at = await installStage();
  const apis = ["http://releases.example", "ftp://x", "x", "https://a:b@x", "https://x/?a=b"];
  for (const api of apis) {
    const error = await assertRejects(() => at.install({ api }), Error);
    assertEquals([api, error.message], [
      api,
      "Cannot install llama-server: CHASKI_ENGINE_RELEASES is no https address of an API like " +
      "GitHub's; unset or correct it",
    ]);
  }
  for (const release of ["../x", "", "a b", "x".repeat(200)]) {
    await assertRejects(() => at.install({ release }), Error, "--release is no tag");
  }
  await assertRejects(() => at.install({ release: "b9" }), Error, "there is no release b9; see");
  assertEquals(at.stand.asked, ["/repos/ggml-org/llama.cpp/releases/tags/b9"]);
});

Deno.test("installEngine() says what to do where the data folder is none", async () => {
  await using at = await installStage();
  at.stand.releases.set("b2", { archive: ARCHIVE });
  const dataDir = `${at.dataDir}-file`;
  await Deno.writeTextFile(dataDir, "no folder");
  const error = await assertRejects(() => at.install({ dataDir }), Error);
  assertEquals(
    error.message,
    "Cannot install llama-server: the data folder cannot be written to; name another one by " +
      "--data-dir",
  );
});

Deno.test("explained() tells a full disk, and leaves sentences as they are", () => {
  const full = explained(Object.assign(new Error("os error 28"), { code: "ENOSPC" }));
  assertInstanceOf(full, Error);
  assertEquals(
    full.message,
    "Cannot install llama-server: the disk of the data folder is full; make room, or name another " +
      "folder by --data-dir",
  );
  const sentence = cannotInstall("so it is");
  assertEquals(explained(sentence), sentence);
});

Deno.test("installEngine() says so where nothing answers", async () => {
  await using at = await installStage();
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  const host = `127.0.0.1:${closed.addr.port}`;
  await assertRejects(
    () => at.install({ api: `http://${host}` }),
    Error,
    `Cannot install llama-server: ${host} cannot be reached (`,
  );
});
