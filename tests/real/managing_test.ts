/** Models of a real llama-server that are loaded, watched and unloaded over HTTP. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { fakeIo } from "../cli/fake_io.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

interface Stage extends AsyncDisposable {
  chaski: Chaski;
  /** A folder that is not looked into, with one model in it. */
  other: string;
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  /** The state of a model as the list tells it. */
  state(id: string): Promise<Record<string, unknown>>;
}

async function stage(): Promise<Stage> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "chaski-managing-" }));
  const [models, other, config] = [
    ...["models", "other", "chaski.toml"].map((name) => join(folder, name)),
  ] as [string, string, string];
  const tiny = await tinyModel({ template: "qwen3" });
  for (const [place, name] of [[models, "tiny-Q8_0.gguf"], [other, "more-Q8_0.gguf"]] as const) {
    await Deno.mkdir(place);
    await Deno.copyFile(tiny, join(place, name));
  }
  await Deno.writeTextFile(config, '[models."*"]\nslots = 1\nargs = ["-t", "1"]\n');
  const chaski = await startChaski({
    args: ["--models-dir", models, "--data-dir", join(folder, "data"), "--config", config],
    env: { CHASKI_LLAMA_SERVER: await findLlamaServer(), CHASKI_ADMIN_KEY: "sk-admin" },
  });
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(`${chaski.url}${path}`, {
      method,
      headers: { "x-api-key": "sk-admin" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...{ chaski, other, ask },
    async state(id) {
      const { data } = await (await ask("GET", "/admin/models")).json();
      return data.find((each: { id: string }) => each.id === id);
    },
    async [Symbol.asyncDispose]() {
      try {
        chaski.kill("SIGTERM");
        await chaski.exited;
      } catch {
        // It has ended by itself.
      }
      await chaski[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const TINY = "tiny:Q8_0";
const MORE = "more:Q8_0";

Deno.test("a model is loaded, told of and unloaded over HTTP", async () => {
  await using real = await stage();
  assertEquals((await real.state(TINY))["state"], "unloaded");
  const loaded = await real.ask("POST", "/admin/models/load", { model: "tiny", wait: true });
  const told = await loaded.json();
  assertEquals([loaded.status, told.id, told.state, told.running], [200, TINY, "loaded", 0]);
  assertEquals([told.slots, told.native_context_length], [1, 131_072]);
  assert(told.memory.ram > 0 && told.since > 1_700_000_000 && told.last_used > 1_700_000_000);
  const status = await (await real.ask("GET", "/admin/status")).json();
  assertEquals(status.models.map(({ id }: { id: string }) => id), [TINY]);
  assertEquals(status.memory.held, told.memory);
  const gone = await real.ask("POST", "/admin/models/unload", { model: TINY, wait: true });
  assertEquals([gone.status, (await gone.json()).state], [200, "unloaded"]);
  assertEquals((await (await real.ask("GET", "/admin/status")).json()).models, []);
});

Deno.test("models load and unload of the command line end when it is done", async () => {
  await using real = await stage();
  for (const [verb, state] of [["load", "loaded"], ["unload", "unloaded"]] as const) {
    const io = fakeIo({ env: { CHASKI_ADMIN_KEY: "sk-admin" } });
    const code = await run(["models", verb, "tiny", "--json", "--url", real.chaski.url], io);
    assertEquals([code, io.err], [0, ""]);
    assertEquals(JSON.parse(io.out).models[0].state, state);
    assertEquals((await real.state(TINY))["state"], state);
  }
});

Deno.test("a model says that it is loading from the answer on that begins it", async () => {
  await using real = await stage();
  const begun = await real.ask("POST", "/admin/models/load", { model: TINY });
  assertEquals([begun.status, (await begun.json()).state], [202, "loading"]);
});

Deno.test("a model in a folder that is added while Chaski runs is listed and answers", async () => {
  await using real = await stage();
  assertEquals(await real.state(MORE), undefined);
  const added = await real.ask("POST", "/admin/folders", { path: real.other });
  assertEquals(added.status, 201);
  await added.body?.cancel();
  assertEquals((await real.state(MORE))["state"], "unloaded");
  const answer = await real.ask("POST", "/v1/responses", {
    ...{ model: MORE, input: "Hello", max_output_tokens: 8, store: false },
  });
  assertEquals([answer.status, (await answer.json()).model], [200, MORE]);
  assertEquals((await real.state(MORE))["state"], "loaded");
  const path = `/admin/folders?path=${encodeURIComponent(real.other)}`;
  const gone = await real.ask("DELETE", path);
  assertEquals(gone.status, 200);
  await gone.body?.cancel();
  assertEquals(await real.state(MORE), undefined);
  await until(async () => {
    const { memory } = await (await real.ask("GET", "/admin/status")).json();
    return memory.held.ram === 0;
  });
});

/** Looks every few milliseconds; fails after a minute. */
async function until(test: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600 && !await test(); i++) await new Promise((done) => setTimeout(done, 100));
  assert(await test());
}

Deno.test("the router's endpoints load, tell and unload a model", async () => {
  await using real = await stage();
  const events = (await real.ask("GET", "/models/sse")).body?.pipeThrough(new TextDecoderStream());
  const reader = events?.getReader();
  assert(reader);
  let told = "";
  const heard = async (status: string) => {
    while (!told.includes(`"status":"${status}"`)) told += (await reader.read()).value ?? "";
  };
  assertEquals(await real.ask("GET", `/props?model=${TINY}`).then(statusOf), 400);
  assertEquals(await real.ask("POST", "/models/load", { model: TINY }).then(statusOf), 200);
  await heard("loaded");
  const [model] = (await (await real.ask("GET", "/models")).json()).data;
  assertEquals([model.id, model.status.value], [TINY, "loaded"]);
  const props = await (await real.ask("GET", `/props?model=${TINY}`)).text();
  assertEquals(JSON.parse(props).default_generation_settings.n_ctx, model.meta.n_ctx);
  assert(!props.includes(".gguf") && !props.includes("/tmp"), props);
  assertEquals(await real.ask("POST", "/models/load", { model: TINY }).then(statusOf), 400);
  assertEquals(await real.ask("POST", "/models/unload", { model: TINY }).then(statusOf), 200);
  await heard("unloaded");
  assertEquals(told.match(/"status":"\w+"/g), [
    ...['"status":"loading"', '"status":"loaded"', '"status":"unloaded"'],
  ]);
  real.chaski.kill("SIGTERM");
  while (!(await reader.read()).done);
  assertEquals(await real.chaski.exited, 0);
});

async function statusOf(response: Response): Promise<number> {
  await response.body?.cancel();
  return response.status;
}

Deno.test("a model that cannot be loaded says why, now and later", async () => {
  await using real = await stage();
  const tiny = await Deno.readFile(join(real.other, "more-Q8_0.gguf"));
  await Deno.writeFile(join(real.other, "more-Q8_0.gguf"), tiny.subarray(0, tiny.length - 1000));
  await (await real.ask("POST", "/admin/folders", { path: real.other })).body?.cancel();
  const refused = await real.ask("POST", "/admin/models/load", { model: MORE, wait: true });
  const { error } = await refused.json();
  assertEquals([refused.status, error.code], [400, "invalid_prompt"]);
  const { state, error: told } = await real.state(MORE);
  assertEquals([state, told], ["failed", error.message]);
  assert(!error.message.includes("/"), error.message);
});
