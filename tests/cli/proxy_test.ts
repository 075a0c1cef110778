import { assertEquals } from "@std/assert";
import { proxyInTheWay, withoutProxy } from "../../src/cli/clients/proxy.ts";

const URL = "http://127.0.0.1:8484";

Deno.test("proxyInTheWay() knows the variables and their exceptions", () => {
  const proxy = { HTTP_PROXY: "http://p" };
  assertEquals(proxyInTheWay(URL, {}), null);
  assertEquals(proxyInTheWay(URL, { HTTPS_PROXY: "http://p" }), null);
  assertEquals(proxyInTheWay(URL, { ALL_PROXY: "socks5://p" }), "ALL_PROXY");
  assertEquals(proxyInTheWay(URL, proxy), "HTTP_PROXY");
  for (const exception of ["127.0.0.1", "a, 127.0.0.1 ", "*"]) {
    assertEquals(proxyInTheWay(URL, { ...proxy, NO_PROXY: exception }), null);
    assertEquals(proxyInTheWay(URL, { ...proxy, no_proxy: exception }), null);
  }
  assertEquals(proxyInTheWay("http://box.lan:1", { ...proxy, NO_PROXY: ".lan" }), null);
  assertEquals(proxyInTheWay("http://[::1]:1", { ...proxy, NO_PROXY: "::1" }), null);
  assertEquals(proxyInTheWay("http://box.plan:1", { ...proxy, NO_PROXY: "lan," }), "HTTP_PROXY");
});

Deno.test("withoutProxy() adds the address to the exceptions where one stands before it", () => {
  const env = { HTTP_PROXY: "http://p", NO_PROXY: "a" };
  const cleared = withoutProxy(URL, env);
  assertEquals(cleared, { ...env, NO_PROXY: "a,127.0.0.1", no_proxy: "a,127.0.0.1" });
  assertEquals(withoutProxy(URL, cleared), cleared);
});
