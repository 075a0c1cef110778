import { assert, assertEquals, assertMatch } from "@std/assert";
import { errorOf, testApp } from "./test_app.ts";

Deno.test("createApp() answers an unknown path with 404 in the envelope", async () => {
  await using app = await testApp();
  const paths = ["/v1/nothing", "/v1", "/", "/v1/responses/resp_1/x", "/v1/models.json"];
  for (const path of paths) {
    const response = await app.request(path);
    assertEquals(response.status, 404, path);
    const error = await errorOf(response);
    assertEquals([error.type, error.code], ["invalid_request_error", "unknown_url"]);
  }
});

Deno.test("createApp() answers a wrong method with 405, the envelope and the right ones", async () => {
  await using app = await testApp();
  for (
    const [method, path, allow] of [
      ["GET", "/v1/responses", "POST, HEAD"],
      ["DELETE", "/v1/responses", "POST, HEAD"],
      ["GET", "/v1/chat/completions", "POST"],
      ["HEAD", "/v1/chat/completions", "POST"],
      ["POST", "/v1/models", "GET"],
      ["DELETE", "/v1/models/tiny", "GET"],
      ["OPTIONS", "/v1/responses", "POST, HEAD"],
      ["POST", "/healthz", "GET"],
    ] as const
  ) {
    const response = await app.request(path, { method });
    assertEquals(response.status, 405, `${method} ${path}`);
    // RFC 9110 15.5.6: the methods that the path has.
    assertEquals(response.headers.get("allow"), allow);
    if (method === "HEAD") continue;
    assertEquals((await errorOf(response)).code, "method_not_allowed");
  }
});

Deno.test("createApp() answers HEAD of the Responses path with 200", async () => {
  await using app = await testApp();
  const response = await app.request("/v1/responses", { method: "HEAD" });
  assertEquals([response.status, await response.text()], [200, ""]);
});

Deno.test("createApp() refuses a WebSocket without its handshake with 426", async () => {
  await using app = await testApp();
  const response = await app.request("/v1/responses", {
    headers: { upgrade: "WebSocket", connection: "Upgrade" },
  });
  assertEquals(response.status, 426);
  assertEquals((await errorOf(response)).code, "websocket_not_supported");
});

Deno.test("createApp() names every answer by the request's id", async () => {
  await using app = await testApp();
  for (const path of ["/v1/models", "/v1/nothing", "/healthz", "/v1/responses"]) {
    const response = await app.request(path);
    assertMatch(response.headers.get("x-request-id") ?? "", /^req_[0-9a-f]{32}$/);
    await response.body?.cancel();
  }
});

Deno.test("createApp() logs one line for each request of the API, and none for health", async () => {
  await using app = await testApp();
  for (const path of ["/v1/models", "/healthz", "/readyz", "/v1/nothing"]) {
    await (await app.request(path)).body?.cancel();
  }
  const told = app.requestLines().map(({ facts }) => [facts.path, facts.status, facts.outcome]);
  assertEquals(told, [["/v1/models", 200, "complete"], ["/v1/nothing", 404, "refused"]]);
});

Deno.test("createApp() logs a path as it was sent, cut at a length", async () => {
  await using app = await testApp();
  await (await app.request(`/v1/%1b%0a${"x".repeat(5000)}`)).body?.cancel();
  const [line] = app.requestLines();
  assert(line !== undefined);
  assertEquals(line.facts.path, `/v1/%1b%0a${"x".repeat(190)}`);
  assert(!/\p{Cc}/u.test(line.sentence));
});

Deno.test("createApp() tells a defect of its own as 500 without a word of it, and logs the stack", async () => {
  await using app = await testApp();
  app.services.serving.models = () => {
    throw new TypeError("secret detail of /home/somebody/file.ts");
  };
  const response = await app.request("/v1/models");
  assertEquals(response.status, 500);
  const text = await response.text();
  assertEquals(JSON.parse(text).error.code, "internal_error");
  assert(!text.includes("secret") && !text.includes("/home"));
  const errors = app.lines.filter(({ level }) => level === "error");
  assertEquals(errors.length, 1);
  assert(errors[0]?.sentence.includes("secret detail"));
});

Deno.test("healthz() says that Chaski runs, whatever llama-server does", async () => {
  await using app = await testApp();
  await app.fake.down();
  const response = await app.request("/healthz");
  assertEquals([response.status, await response.json()], [200, { status: "ok" }]);
});

Deno.test("readyz() follows llama-server: down, loading, ready [H15]", async () => {
  await using app = await testApp();
  await app.fake.down();
  const down = await app.request("/readyz");
  assertEquals([down.status, (await down.json()).status], [503, "down"]);
  assert(Number(down.headers.get("retry-after")) > 0);
  app.fake.up();
  app.fake.loading = true;
  const loading = await app.request("/readyz");
  assertEquals([loading.status, (await loading.json()).status], [503, "loading"]);
  app.fake.loading = false;
  const ready = await app.request("/readyz");
  assertEquals([ready.status, await ready.json()], [200, { status: "ready" }]);
});
