import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isLoopback, parseHost, parseUpstream } from "../../src/config/address.ts";

const UPSTREAMS: [string, string][] = [
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
  ["http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"],
  ["http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080"],
  ["http://127.0.0.1:8080//v1//", "http://127.0.0.1:8080"],
  ["  http://localhost:8080 ", "http://localhost:8080"],
  ["HTTPS://Models.Example/llama/v1", "https://models.example/llama"],
  ["https://models.example:443/llama/", "https://models.example/llama"],
  ["http://[::1]:8080/v1", "http://[::1]:8080"],
  ["http://host/v10", "http://host/v10"],
  ["http://host/v1/chat", "http://host/v1/chat"],
];

for (const [text, value] of UPSTREAMS) {
  Deno.test(`parseUpstream() reads ${JSON.stringify(text)} as ${value}`, () => {
    assertEquals(parseUpstream(text), { ok: true, value });
  });
}

const SCHEME = "expected a URL that starts with http:// or https://";
const BARE = "expected a URL without a query and without a fragment";
const CREDENTIALS = "credentials do not belong in a URL; set CHASKI_UPSTREAM_KEY instead";
const BAD_UPSTREAMS: [string, string][] = [
  ["", SCHEME],
  ["localhost:8080", SCHEME],
  ["127.0.0.1:8080", SCHEME],
  ["http:8080", SCHEME],
  ["ftp://host", SCHEME],
  ["unix:///run/llama.sock", SCHEME],
  ["http://", "expected a URL like http://127.0.0.1:8080"],
  ["http://host:99999", "expected a URL like http://127.0.0.1:8080"],
  ["http://user:secret@host", CREDENTIALS],
  ["http://user@host", CREDENTIALS],
  ["http://host/v1?key=secret", BARE],
  ["http://host/#v1", BARE],
];

for (const [text, reason] of BAD_UPSTREAMS) {
  Deno.test(`parseUpstream() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(parseUpstream(text), { ok: false, reason });
  });
}

Deno.test("parseUpstream() is stable: its result reads as itself", () => {
  fc.assert(fc.property(fc.webUrl({ withQueryParameters: false }), (text) => {
    const once = parseUpstream(text);
    if (once.ok) assertEquals(parseUpstream(once.value).ok, true);
  }));
  for (const [text, value] of UPSTREAMS) {
    assertEquals(parseUpstream(text), parseUpstream(value));
  }
});

const HOSTS: [string, string, boolean][] = [
  ["127.0.0.1", "127.0.0.1", true],
  ["127.8.9.10", "127.8.9.10", true],
  ["127.1", "127.0.0.1", true],
  ["2130706433", "127.0.0.1", true],
  ["::1", "::1", true],
  ["[::1]", "::1", true],
  ["0:0:0:0:0:0:0:1", "::1", true],
  ["localhost", "localhost", true],
  ["LocalHost", "localhost", true],
  ["0.0.0.0", "0.0.0.0", false],
  ["0", "0.0.0.0", false],
  ["::", "::", false],
  ["192.168.1.20", "192.168.1.20", false],
  ["128.0.0.1", "128.0.0.1", false],
  ["::ffff:127.0.0.1", "::ffff:7f00:1", false],
  ["localhost.example", "localhost.example", false],
  ["127.0.0.1.example", "127.0.0.1.example", false],
  ["my_box", "my_box", false],
];

for (const [text, value, loopback] of HOSTS) {
  Deno.test(`parseHost() reads ${text} as ${value}`, () => {
    assertEquals(parseHost(text), { ok: true, value });
  });
  Deno.test(`isLoopback() is ${loopback} for ${value}`, () => {
    assertEquals(isLoopback(value), loopback);
  });
}

const BAD_HOSTS = ["", "  ", "http://host", "host:80", "127.0.0.1:80", "[::1]:80", "a b", "a/b"];
for (const text of [...BAD_HOSTS, "*", "256.0.0.1", "user@host", "fe80::1%eth0", "gg::1"]) {
  Deno.test(`parseHost() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(parseHost(text), {
      ok: false,
      reason: "expected a name or an IP address to listen on, without scheme and port",
    });
  });
}
