import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/config/error.ts";
import { checkExposure } from "../../src/config/exposure.ts";

for (const host of ["127.0.0.1", "127.255.255.254", "::1", "localhost"]) {
  Deno.test(`checkExposure() lets ${host} be without a key`, () => {
    assertEquals(checkExposure({ host, auth: true }), undefined);
  });
}

for (const host of ["0.0.0.0", "::", "192.168.0.9", "2001:db8::1", "box.example"]) {
  Deno.test(`checkExposure() asks for a key on ${host}`, () => {
    const error = assertThrows(() => checkExposure({ host, auth: true }), ConfigError);
    assertEquals(
      error.message,
      `Cannot listen on ${host} without an API key: others could use the model; ` +
        "set CHASKI_API_KEY or --api-key-file, or allow it with --no-auth",
    );
  });
  Deno.test(`checkExposure() is content on ${host} with a key, or with auth off`, () => {
    assertEquals(checkExposure({ host, auth: true, apiKey: "k" }), undefined);
    assertEquals(checkExposure({ host, auth: false }), undefined);
  });
}
