import { assert, assertEquals } from "@std/assert";
import { run } from "../../src/cli/program.ts";
import { stateTable } from "../../src/cli/models/states.ts";
import { cannotLoad } from "../../src/supervise/failure.ts";
import { fakeManagement } from "../http/fake_management.ts";
import { testApp } from "../http/test_app.ts";
import { fakeIo } from "./fake_io.ts";

const ADMIN = "sk-admin";

/** A Chaski with a fake of its models on a port of its own, and the command line beside it. */
async function stage() {
  const management = fakeManagement();
  const app = await testApp({ config: { apiKey: "sk-api", adminKey: ADMIN }, management });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => app.request(new URL(request.url).pathname, request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    management,
    async models(
      args: readonly string[],
      env: Record<string, string> = { CHASKI_ADMIN_KEY: ADMIN },
    ) {
      const io = fakeIo({ env });
      return { code: await run(["models", ...args, "--url", url], io), out: io.out, err: io.err };
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await app[Symbol.asyncDispose]();
    },
  };
}

Deno.test("models ps shows what runs", async () => {
  await using chaski = await stage();
  const { code, out, err } = await chaski.models(["ps"]);
  assertEquals([code, err], [0, ""]);
  assertEquals(
    out,
    [
      "NAME   STATE   MEMORY  CONTEXT  SLOTS  RUNNING  WAITING\n",
      "alpha  loaded  1000 B     4096      2        1        3\n",
    ].join(""),
  );
  const json = JSON.parse((await chaski.models(["ps", "--json"])).out);
  assertEquals(json.models.map(({ id }: { id: string }) => id), ["alpha"]);
});

Deno.test("models load ends when the model is loaded, models unload when it is gone", async () => {
  await using chaski = await stage();
  for (const [verb, state] of [["load", "loaded"], ["unload", "unloaded"]] as const) {
    const done = chaski.models([verb, "org/beta"]);
    while (!chaski.management.asked.includes(`${verb} org/beta`)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    chaski.management.settle();
    const { code, out, err } = await done;
    assertEquals([code, err], [0, ""]);
    assert(out.includes(`org/beta  ${state} `), out);
  }
});

Deno.test("models load says why the model was not loaded", async () => {
  await using chaski = await stage();
  const done = chaski.models(["load", "org/beta"]);
  while (chaski.management.asked.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const error = cannotLoad("org/beta", "there is too little memory");
  chaski.management.put("org/beta", "failed", error.message);
  chaski.management.settle(error);
  assertEquals(await done, { code: 1, out: "", err: `${error.message}\n` });
});

Deno.test("models ps, load and unload say what Chaski says, and where there is none", async () => {
  await using chaski = await stage();
  const unknown = await chaski.models(["load", "none"]);
  assertEquals([unknown.code, unknown.out], [1, ""]);
  assert(unknown.err.startsWith("Cannot find the model 'none': there is 'alpha'"), unknown.err);
  const ordinary = await chaski.models(["ps"], { CHASKI_API_KEY: "sk-api" });
  assertEquals(ordinary.code, 1);
  assert(ordinary.err.includes("admin key"), ordinary.err);
  const io = fakeIo();
  assertEquals(await run(["models", "ps", "--url", "http://127.0.0.1:1"], io), 1);
  assertEquals(
    io.err,
    "Cannot tell what runs: nothing answers at http://127.0.0.1:1; start chaski serve, or use --url\n",
  );
});

Deno.test("stateTable() tells failures below, and obeys nothing that it is told", () => {
  const failed = { id: "a\x1b[31m", state: "failed", error: "Cannot load\nthe model." };
  assertEquals(
    stateTable([failed]),
    [
      "NAME    STATE   MEMORY  CONTEXT  SLOTS  RUNNING  WAITING\n",
      "a [31m  failed       –        –      –        –        –\n",
      "Cannot load the model.\n",
    ].join(""),
  );
  assertEquals(stateTable([]), "No model is loaded.\n");
});
