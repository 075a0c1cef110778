import { assert, assertEquals } from "@std/assert";
import { keyCheck, pageCheck } from "../../src/http/edge.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { errorOf, ROUTES, testApp } from "./test_app.ts";

const KEY = "sk-chaski-secret-of-the-test";

/** The error that a check throws, or null. */
function refusal(check: () => void): ApiError | null {
  try {
    check();
    return null;
  } catch (error) {
    assert(error instanceof ApiError);
    return error;
  }
}

for (
  const [what, headers] of [
    ["a bearer", { authorization: `Bearer ${KEY}` }],
    ["a bearer in another case", { authorization: `bEARER   ${KEY}` }],
    ["x-api-key", { "x-api-key": KEY }],
    ["x-api-key beside an empty bearer", { authorization: "Bearer ", "x-api-key": KEY }],
    ["x-api-key beside other credentials", { authorization: "Basic YTpi", "x-api-key": KEY }],
  ] as const
) {
  Deno.test(`keyCheck() takes the key as ${what}`, () => {
    assertEquals(refusal(() => keyCheck({ apiKey: KEY })(new Headers(headers))), null);
  });
}

for (
  const [what, headers, says] of [
    ["no key", {}, "has no key"],
    ["an empty bearer", { authorization: "Bearer " }, "has no key"],
    ["a bearer without a blank", { authorization: "Bearer" }, "has no key"],
    ["an empty x-api-key", { "x-api-key": "" }, "has no key"],
    ["basic credentials", { authorization: `Basic ${KEY}` }, "has no key"],
    ["another key", { authorization: "Bearer sk-other" }, "is wrong"],
    ["the key and more", { authorization: `Bearer ${KEY}x` }, "is wrong"],
    ["the key's beginning", { authorization: `Bearer ${KEY.slice(0, -1)}` }, "is wrong"],
    ["the key in another case", { "x-api-key": KEY.toUpperCase() }, "is wrong"],
    ["two keys in one header", { authorization: `Bearer ${KEY}, Bearer ${KEY}` }, "is wrong"],
  ] as const
) {
  Deno.test(`keyCheck() refuses ${what} with 401 [E10] [E11]`, () => {
    const error = refusal(() => keyCheck({ apiKey: KEY })(new Headers(headers)));
    assertEquals([error?.status, error?.code], [401, "invalid_api_key"]);
    assert(error?.message.includes(says), error?.message);
    assert(!error?.message.includes("sk-"));
  });
}

Deno.test("keyCheck() without a key lets everyone in, an empty bearer too", () => {
  for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer any" }]) {
    assertEquals(refusal(() => keyCheck({})(new Headers(headers))), null);
  }
});

const OK: [string, Record<string, string>][] = [
  ["127.0.0.1", { host: "127.0.0.1:8484" }],
  ["127.0.0.1", { host: "localhost:8484" }],
  ["127.0.0.1", { host: "LOCALHOST" }],
  ["127.0.0.1", { host: "[::1]:8484" }],
  ["::1", { host: "[::1]:8484" }],
  ["localhost", { host: "localhost:8484" }],
  ["127.0.0.1", { host: "localhost:8484", origin: "http://localhost:8484" }],
  ["127.0.0.1", { host: "localhost:8484", "sec-fetch-site": "same-origin" }],
  ["127.0.0.1", { host: "localhost:8484", "sec-fetch-site": "none" }],
  ["0.0.0.0", { host: "box.local:8484" }],
  ["0.0.0.0", { host: "box.local:8484", origin: "http://box.local:8484" }],
];
for (const [listens, headers] of OK) {
  Deno.test(`pageCheck() on ${listens} lets ${JSON.stringify(headers)} in`, () => {
    assertEquals(refusal(() => pageCheck(listens, false)(new Headers(headers), "")), null);
  });
}

const PAGES: [string, Record<string, string>][] = [
  ["127.0.0.1", { host: "evil.example" }],
  ["127.0.0.1", { host: "evil.example:8484", origin: "http://evil.example:8484" }],
  ["127.0.0.1", { host: "127.0.0.1.evil.example" }],
  ["127.0.0.1", { host: "localhost.evil.example:8484" }],
  ["127.0.0.1", { host: "localhost:8484", origin: "https://evil.example" }],
  ["127.0.0.1", { host: "localhost:8484", origin: "http://localhost:3000" }],
  ["127.0.0.1", { host: "localhost:8484", origin: "null" }],
  ["127.0.0.1", { host: "localhost:8484", origin: "http://localhost:8484.evil.example" }],
  ["127.0.0.1", { host: "localhost:8484", "sec-fetch-site": "cross-site" }],
  ["127.0.0.1", { host: "" }],
  ["127.0.0.1", { host: "[" }],
  ["127.0.0.1", { host: "127.0.0.1, evil.example" }],
  ["0.0.0.0", { host: "box.local:8484", origin: "https://evil.example" }],
];
for (const [listens, headers] of PAGES) {
  for (const hasKey of listens === "0.0.0.0" ? [false] : [false, true]) {
    const keyed = hasKey ? "with a key " : "";
    Deno.test(`pageCheck() on ${listens} ${keyed}refuses ${JSON.stringify(headers)}`, () => {
      const error = refusal(() => pageCheck(listens, hasKey)(new Headers(headers), ""));
      assertEquals([error?.status, error?.code], [403, "forbidden_origin"]);
    });
  }
}

Deno.test("pageCheck() takes the URL's host where there is no Host header, as in HTTP/2", () => {
  const check = pageCheck("127.0.0.1", false);
  assertEquals(refusal(() => check(new Headers(), "127.0.0.1:8484")), null);
  assertEquals(refusal(() => check(new Headers(), "evil.example"))?.status, 403);
});

Deno.test("pageCheck() leaves the key to decide beyond loopback", () => {
  const headers = new Headers({ host: "box.local", origin: "https://app.example" });
  assertEquals(refusal(() => pageCheck("0.0.0.0", true)(headers, "")), null);
});

Deno.test("createApp() asks for the key on every path of the API, however it is written", async () => {
  await using app = await testApp({ config: { apiKey: KEY } });
  for (const path of ["/v1/models", "/v1/models/tiny", "/v1/nothing", "/%76%31/models", "/x"]) {
    const response = await app.request(path);
    assertEquals([path, response.status], [path, 401]);
    assertEquals(response.headers.get("www-authenticate"), "Bearer");
    assertEquals((await errorOf(response)).code, "invalid_api_key");
  }
  for (const { path, body } of ROUTES) {
    const response = await app.post(path, body);
    assertEquals(response.status, 401);
    await response.body?.cancel();
    const allowed = await app.post(path, body, { headers: { authorization: `Bearer ${KEY}` } });
    assertEquals(allowed.status, 200);
    await allowed.body?.cancel();
  }
  for (const path of ["/healthz", "/readyz"]) {
    const response = await app.request(path);
    assertEquals([path, response.status], [path, 200]);
    await response.body?.cancel();
  }
  assertEquals(app.fake.requests.length, 2);
});

Deno.test("createApp() asks for the key before it reads a body", async () => {
  await using app = await testApp({ config: { apiKey: KEY } });
  let pulled = false;
  const body = new ReadableStream({
    pull(controller) {
      pulled = true;
      controller.close();
    },
  }, { highWaterMark: 0 });
  const response = await app.post("/v1/responses", body);
  assertEquals([response.status, pulled], [401, false]);
  await response.body?.cancel();
});

Deno.test("createApp() never sends its clients' key to llama-server, nor its own to them", async () => {
  await using app = await testApp({ config: { apiKey: KEY, upstreamKey: "sk-upstream" } });
  for (const { path, body } of ROUTES) {
    const headers = { authorization: `Bearer ${KEY}`, "x-conversation-id": "c1", cookie: "a=b" };
    const response = await app.post(path, body, { headers });
    assertEquals(response.status, 200);
    assert(!(await response.text()).includes("sk-upstream"));
  }
  for (const { headers } of [...app.fake.requests, ...app.fake.others]) {
    assertEquals(headers.authorization, "Bearer sk-upstream");
    // A conversation's id would let its generation survive the client.
    assertEquals([headers["x-conversation-id"], headers.cookie], [undefined, undefined]);
  }
  assertEquals(app.fake.requests.length, 2);
});
