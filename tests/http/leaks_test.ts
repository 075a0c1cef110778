/** What may never be seen, wherever one looks. */
import { assert } from "@std/assert";
import { opening, stream } from "../fake_llama/answers.ts";
import { failure, sse } from "../fake_llama/script.ts";
import { ALL_ROUTES, testApp } from "./test_app.ts";
import { BEFORE, WITHIN } from "./upstream_failures.ts";

Deno.test("no answer and no log line shows a path, a stack or a key", async () => {
  const secrets = {
    apiKey: "sk-chaski-of-the-test",
    upstreamKey: "sk-upstream-of-the-test",
  };
  await using app = await testApp({
    fake: { model: "/home/somebody/models/tiny.gguf" },
    config: secrets,
  });
  const headers = { authorization: `Bearer ${secrets.apiKey}` };
  const seen: string[] = [];
  const note = async (response: Response) => {
    const head = [...response.headers].map((pair) => pair.join(": ")).join("\n");
    seen.push(`${response.status}\n${head}\n${await response.text().catch(String)}`);
  };
  const scripts = [
    ...BEFORE.map(({ script }) => script),
    ...WITHIN.map(([, script]) => script),
    failure(500, "server_error", "cannot open /home/somebody/models/tiny.gguf"),
    [opening(), sse.chunk({ error: { code: 500, message: "at /home/somebody/x.cpp:7" } })],
    stream({ text: "fine" }),
  ];
  for (const { path, body } of ALL_ROUTES) {
    for (const streams of [true, false]) {
      for (const script of scripts) {
        app.fake.reply(script);
        await note(await app.post(path, { ...body, stream: streams }, { headers }));
      }
      const unknown = { ...body, model: "nothing", stream: streams };
      await note(await app.post(path, unknown, { headers }));
    }
    await note(await app.post(path, body, { headers: { authorization: "Bearer sk-wrong" } }));
  }
  for (const path of ["/v1/models", "/v1/models/tiny", "/v1/nothing", "/readyz"]) {
    await note(await app.request(path, { headers }));
  }
  const lines = app.lines.map(({ sentence, facts }) => sentence + JSON.stringify(facts));
  assert(seen.length > 60 && lines.length > 60);
  for (const text of [...seen, ...lines]) {
    for (const secret of [...Object.values(secrets), "/home/", "somebody", "    at ", "file://"]) {
      assert(!text.includes(secret), `${secret} in ${text}`);
    }
  }
});
