/** What was pulled, as a real llama-server finds it by the repository's name. */

import { assertEquals } from "@std/assert";
import { fakeHub } from "../hub/fake_hub.ts";
import { stage } from "../hub/stage.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { isHealthy } from "../tools/llama_server/health.ts";
import { outputTail } from "../tools/llama_server/output_tail.ts";
import { tinyModel } from "../tools/tiny_model.ts";

const LIMIT_MS = 60_000;

Deno.test("llama-server -hf finds a model that was pulled, without a network", async () => {
  const binary = await findLlamaServer();
  const bytes = await Deno.readFile(await tinyModel({ template: "qwen3" }));
  await using hub = fakeHub({ "x-F16.gguf": bytes });
  await using place = await stage(hub);
  await place.pull("org/x-GGUF:F16");
  const port = freePort();
  const child = new Deno.Command(binary, {
    args: ["-hf", "org/x-GGUF:F16", "--offline", "--port", `${port}`, "-t", "1", "-c", "512"],
    env: { HF_HUB_CACHE: place.cache.path },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  const tail = outputTail(child.stdout, child.stderr);
  let ended = false;
  child.status.then(() => ended = true);
  let healthy = false;
  for (const start = Date.now(); !healthy && !ended && Date.now() - start < LIMIT_MS;) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    healthy = await isHealthy(port);
  }
  if (!ended) child.kill("SIGKILL");
  await Promise.all([child.status, tail.ended]);
  assertEquals(healthy, true, tail.text());
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
