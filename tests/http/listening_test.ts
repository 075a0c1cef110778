/** What `chaski serve` says when it starts. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { FakeLlama } from "../fake_llama.ts";

Deno.test("serve() prints exactly one line, with the port it took, and answers there", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  assertMatch(chaski.stdout(), /^chaski listening on http:\/\/127\.0\.0\.1:[1-9]\d*\n$/);
  assertEquals((await (await fetch(`${chaski.url}/healthz`)).json()).status, "ok");
  await chaski.logged(({ message }) => message.startsWith("model tiny"));
  assertEquals(chaski.stdout().split("\n").length, 2);
});

Deno.test("serve() names a port in use and the cure, and exits with 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const args = ["--port", String(port)];
  const error = await assertRejects(
    () => startChaski({ upstream: "http://127.0.0.1:9", args }),
    Error,
  );
  const [sentence = "", ...more] = error.message.split("\n").filter((line) => line !== "");
  assert(sentence.includes(`port ${port} is in use`) && sentence.includes("--port"), sentence);
  assert(!more.some((line) => line.includes("    at ")), error.message);
});

Deno.test("serve() starts without an upstream, says so once, and notices when it comes", async () => {
  await using fake = await FakeLlama.start();
  await fake.down();
  await using chaski = await startChaski({ upstream: fake.url });
  await chaski.logged(({ message }) => message.includes("is down"));
  const ready = () =>
    fetch(`${chaski.url}/readyz`).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    });
  assertEquals([await ready(), await ready()], [503, 503]);
  fake.up();
  await chaski.logged(({ message }) => message.startsWith("model tiny"));
  assertEquals(await ready(), 200);
  const told = chaski.log().filter(({ message }) => message.includes("is down"));
  assertEquals(told.map(({ level, code }) => [level, code]), [["WARN", "upstream_unreachable"]]);
});

Deno.test("serve() says once that it cannot write to its data folder, and serves", async () => {
  await using fake = await FakeLlama.start();
  // A folder inside a file can be made by nobody, whoever runs the test.
  const file = await Deno.makeTempFile();
  try {
    const args = ["--data-dir", `${file}/data`];
    await using chaski = await startChaski({ upstream: fake.url, args });
    const response = await fetch(`${chaski.url}/v1/responses`, {
      method: "POST",
      body: JSON.stringify({ input: "Hello" }),
    });
    assertEquals((await response.json()).status, "completed");
    const told = chaski.log().filter(({ message }) => message.includes("stateless"));
    assertEquals(told.map(({ level }) => level), ["WARN"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("serve() keeps control characters of a client out of a pretty log", async () => {
  await using fake = await FakeLlama.start();
  const args = ["--log-format", "pretty"];
  await using chaski = await startChaski({ upstream: fake.url, args });
  const response = await fetch(`${chaski.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify({ input: "Hello", model: "\x1b[2J\r\nfake {line}\u009b" }),
  });
  assertEquals(response.status, 404);
  await response.body?.cancel();
  for (const end = performance.now() + 5000; !chaski.stderr().includes("404");) {
    assert(performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const lines = chaski.stderr().trimEnd().split("\n");
  const line = lines.find((each) => each.includes("404")) ?? "";
  assert(line.includes("fake {line}"), line);
  assert(!/\p{Cc}/u.test(line), JSON.stringify(line));
});
