import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseTranscript, readTranscript } from "../transcript.ts";

const FOLDER = new URL("../fixtures/llama-server/", import.meta.url);

Deno.test("`readTranscript()` reads every recorded file, whole", async () => {
  let bodies = 0;
  for await (const { name } of Deno.readDir(FOLDER)) {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const exchanges = await readTranscript(name.replace(/\.txt$/, ""));
    assertEquals([name, exchanges.length], [name, text.match(/^>>> /gm)?.length ?? 0]);
    for (const { response } of exchanges) {
      if (response.headers["content-type"]?.startsWith("application/json")) {
        assertEquals(typeof JSON.parse(response.body), "object");
        bodies += 1;
      } else if (response.headers["content-type"] === "text/event-stream") {
        assertEquals(response.events.length, response.body.match(/^data: /gm)?.length);
        bodies += 1;
      }
    }
  }
  assert(bodies > 140, `only ${bodies} bodies`);
});

Deno.test("`readTranscript()` keeps a body's own lines that begin with #", async () => {
  const metrics = (await readTranscript("info")).find((e) => e.request.path === "/metrics");
  assertEquals(
    metrics?.response.body.length,
    Number(metrics?.response.headers["content-length"]) - 1,
  );
  assertEquals(metrics?.response.body.slice(0, 6), "# HELP");
});

Deno.test("`parseTranscript()` gives notes, request and answer", () => {
  const text =
    "# about\n\n# first\n>>> POST /a?b=1\nx-key: v\n\n{\n1}\n<<<\nHTTP/1.1 400 Bad Request\n" +
    "Server: s\nEmpty: \n\n{}\n\n# second\n# more\n>>> GET /c\n<<<\nHTTP/1.1 200 OK\n" +
    "Content-Type: text/event-stream\n\ndata: {}\n\ndata: [DONE]\n";
  assertEquals(parseTranscript(text), [{
    notes: ["about", "first"],
    request: { method: "POST", path: "/a?b=1", headers: { "x-key": "v" }, body: "{\n1}" },
    response: { status: 400, headers: { server: "s", empty: "" }, body: "{}", events: [] },
  }, {
    notes: ["second", "more"],
    request: { method: "GET", path: "/c", headers: {}, body: "" },
    response: {
      status: 200,
      headers: { "content-type": "text/event-stream" },
      body: "data: {}\n\ndata: [DONE]",
      events: [{}, "[DONE]"],
    },
  }]);
});

Deno.test("`parseTranscript()` refuses what it does not understand", () => {
  assertThrows(() => parseTranscript("hello\n>>> GET /\n"), SyntaxError, "Cannot read notes");
  assertThrows(() => parseTranscript(">>> GET /\n"), SyntaxError, "Cannot read exchange");
  assertThrows(() => parseTranscript(">>> GET /\n<<<\n\n"), SyntaxError, "Cannot read answer");
});
