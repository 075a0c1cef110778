import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../src/config/config.ts";
import { fakeManagement } from "./fake_management.ts";
import { errorOf, testApp } from "./test_app.ts";

const API = "sk-clients-of-the-test";
const ADMIN = "sk-admin-of-the-test";

/** What manages models: method, path, body, and the status where it is let in. */
const ADMINS: [string, string, unknown, number][] = [
  ["GET", "/admin/status", undefined, 200],
  ["GET", "/admin/models", undefined, 200],
  ["HEAD", "/admin/models", undefined, 200],
  ["POST", "/admin/models/load", { model: "alpha" }, 200],
  ["POST", "/admin/models/unload", { model: "org/beta" }, 200],
  ["GET", "/admin/folders", undefined, 200],
  ["POST", "/admin/folders", { path: "/fixed" }, 200],
  ["DELETE", "/admin/folders?path=/none", undefined, 404],
];

/** The keys of a Chaski, who asks, and whether he is let in. */
const SITUATIONS: [string, Partial<Config>, string | null, number | null][] = [
  ["nobody where there is no key on loopback", {}, null, null],
  ["nobody where auth is off beyond loopback", { host: "0.0.0.0", auth: false }, null, 403],
  ["a client where there is an API key alone", { apiKey: API }, API, 403],
  ["nobody where there is an API key alone", { apiKey: API }, null, 401],
  ["an admin where there are both keys", { apiKey: API, adminKey: ADMIN }, ADMIN, null],
  ["a client where there are both keys", { apiKey: API, adminKey: ADMIN }, API, 403],
  ["a stranger where there are both keys", { apiKey: API, adminKey: ADMIN }, "sk-x", 401],
  ["nobody where there are both keys", { apiKey: API, adminKey: ADMIN }, null, 401],
  ["an admin where there is an admin key alone", { adminKey: ADMIN }, ADMIN, null],
  ["nobody where there is an admin key alone", { adminKey: ADMIN }, null, 401],
];

for (const [who, config, key, refused] of SITUATIONS) {
  Deno.test(`createApp() ${refused === null ? "takes" : "refuses"} ${who} as admin`, async () => {
    await using app = await testApp({ config, management: fakeManagement() });
    for (const [method, path, body, status] of ADMINS) {
      for (const header of ["authorization", "x-api-key"]) {
        const value = header === "authorization" ? `Bearer ${key}` : String(key);
        const response = await app.request(path, {
          method,
          headers: key === null ? {} : { [header]: value },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        assertEquals([method, path, response.status], [method, path, refused ?? status]);
        assert(!(await response.text()).includes("sk-"));
      }
    }
  });
}

Deno.test("createApp() says how to get an admin key where there is none", async () => {
  await using app = await testApp({ config: { apiKey: API }, management: fakeManagement() });
  const headers = { "x-api-key": API };
  const { code, message } = await errorOf(await app.request("/admin/models", { headers }));
  assertEquals(code, "admin_key_required");
  assert(String(message).includes("CHASKI_ADMIN_KEY"), String(message));
});

Deno.test("createApp() takes the admin key for models too", async () => {
  const config = { apiKey: API, adminKey: ADMIN };
  await using app = await testApp({ config, management: fakeManagement() });
  const response = await app.request("/v1/models", { headers: { "x-api-key": ADMIN } });
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("createApp() keeps web pages away from managing models", async () => {
  await using app = await testApp({ management: fakeManagement() });
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
    const response = await app.post("/admin/models/load", { model: "alpha" }, { headers });
    assertEquals(response.status, 403);
    assertEquals((await errorOf(response)).code, "forbidden_origin");
  }
});

Deno.test("createApp() has nothing to manage where somebody else runs llama-server", async () => {
  await using app = await testApp();
  for (const [method, path, body] of ADMINS.filter(([method]) => method !== "HEAD")) {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await app.request(path, { method, ...text });
    assertEquals([method, path, response.status], [method, path, 501]);
    assertEquals((await errorOf(response)).code, "not_supported");
  }
});
