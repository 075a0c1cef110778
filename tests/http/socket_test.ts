/** What only a real connection can show: odd heads, long bodies, no body where none may be. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { within } from "../fake_llama/within.ts";
import { FakeLlama } from "../fake_llama.ts";

/** Sends text as it is and reads until the connection ends or there is an answer with its length. */
async function talk({ url }: Chaski, ...pieces: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const writing = (async () => {
    for (const piece of pieces) {
      const bytes = new TextEncoder().encode(piece);
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    }
  })().catch(() => {});
  let text = "";
  const space = new Uint8Array(64 * 1024);
  while (!isWhole(text)) {
    const size = await within(conn.read(space), 5000, "an answer");
    if (size === null) break;
    text += new TextDecoder().decode(space.subarray(0, size));
  }
  conn.close();
  await writing;
  return text;
}

function isWhole(text: string): boolean {
  const [, head = "", body = ""] = /^([^]*?\r\n\r\n)([^]*)$/.exec(text) ?? [];
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  return head !== "" && length !== undefined && body.length >= Number(length);
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);
}

function bodyOf(answer: string): { error: { code: string } } {
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
}

const MB = 1024 * 1024;

Deno.test("Chaski answers odd requests on a real connection with a status and the envelope", async (test) => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({
    upstream: fake.url,
    env: { CHASKI_LIMITS_BODY_MB: "1" },
  });
  const post = (headers: string) =>
    `POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`;

  await test.step("a declared body that is too large is refused", async () => {
    const answer = await talk(chaski, post(`content-length: ${2 * MB}\r\n`), " ".repeat(2 * MB));
    assertEquals([statusOf(answer), bodyOf(answer).error.code], [413, "request_too_large"]);
  });
  await test.step("a chunked body that is too large is refused", async () => {
    const chunk = `80000\r\n${" ".repeat(0x80000)}\r\n`;
    const answer = await talk(
      chaski,
      post("transfer-encoding: chunked\r\n"),
      ...Array(8).fill(chunk),
    );
    assertEquals([statusOf(answer), bodyOf(answer).error.code], [413, "request_too_large"]);
  });
  await test.step("a compressed body is refused", async () => {
    const headers = "content-encoding: gzip\r\ncontent-length: 2\r\n";
    const answer = await talk(chaski, post(headers), "{}");
    assertEquals(statusOf(answer), 415);
  });
  await test.step("a host that is none of its own is refused, however odd", async () => {
    for (const host of ["evil.example", "[", "a b", "127.0.0.1.evil.example", "%31%32"]) {
      const answer = await talk(chaski, `GET /v1/models HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      assert([400, 403].includes(statusOf(answer)), answer);
    }
  });
  await test.step("a client without a Host header is served", async () => {
    assertEquals(statusOf(await talk(chaski, "GET /healthz HTTP/1.0\r\n\r\n")), 200);
  });
  await test.step("a path is what it is, also where it is odd", async () => {
    for (const path of ["//v1/models", "/v1//models", "/v1/models/../../etc/passwd", "*"]) {
      const answer = await talk(chaski, `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      assert([400, 404].includes(statusOf(answer)), answer);
    }
  });
  await test.step("HEAD of the Responses path is 200 without a body", async () => {
    const head = "HEAD /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assertMatch(await talk(chaski, head), /^HTTP\/1\.1 200 OK\r\n([^\r]+\r\n)+\r\n$/);
  });
  await test.step("a WebSocket without its handshake is refused with 426", async () => {
    const headers = "host: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n";
    const answer = await talk(chaski, `GET /v1/responses HTTP/1.1\r\n${headers}\r\n`);
    assertEquals([statusOf(answer), bodyOf(answer).error.code], [426, "websocket_not_supported"]);
  });
  await test.step("a head without an end in sight is refused", async () => {
    const long = `x-long: ${"a".repeat(MB)}\r\n`;
    const answer = await talk(chaski, `GET /healthz HTTP/1.1\r\nhost: localhost\r\n${long}\r\n`);
    assert([0, 400, 431].includes(statusOf(answer) || 0), answer.slice(0, 200));
  });
  await test.step("none of it was a defect, and Chaski still answers", async () => {
    assertEquals((await (await fetch(`${chaski.url}/v1/models`)).json()).data.length, 1);
    assertEquals(chaski.log().filter(({ level }) => level !== "INFO"), []);
  });
});
