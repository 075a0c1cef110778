import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { run } from "../../src/cli/program.ts";
import { fakeIo } from "./fake_io.ts";

const HINT = "See chaski --help and chaski serve --help.\n";

Deno.test("run() serves with what the options say", async () => {
  const io = fakeIo({ files: { "/key": "sk-file\n", "/c.toml": "[limits]\nbody_mb = 5" } });
  const argv = "serve --upstream=http://box:9000/v1 --host 0.0.0.0 --port 0 --data-dir /data " +
    "--config /c.toml --api-key-file /key --upstream-key-file=/key --default-model any --llama-server /llama " +
    "--log-level warn --log-format json";
  assertEquals(await run(argv.split(" "), io), 0);
  assertEquals([io.out, io.err], ["", ""]);
  const [config, ...more] = io.served;
  assertEquals(more, []);
  assertEquals(config, {
    upstream: "http://box:9000",
    slotFilesMb: 4096,
    upstreamKey: "sk-file",
    llamaServer: "/llama",
    defaultModel: "any",
    host: "0.0.0.0",
    port: 0,
    oss: false,
    auth: true,
    apiKey: "sk-file",
    dataDir: "/data",
    modelsDirs: [],
    maxModels: 0,
    memoryMb: 0,
    modelTtl: 900,
    models: {},
    images: "omit",
    reasoningEvents: "summary",
    progress: true,
    logLevel: "warn",
    logFormat: "json",
    limits: { bodyMb: 5, jsonDepth: 128, queue: 256 },
    timeouts: { grace: 10, connect: 10, firstByte: 1200, stall: 120, load: 1200 },
    store: "on",
    retention: { days: 30, responses: 10_000, mb: 1024 },
    configFile: "/c.toml",
    warnings: [],
  });
});

Deno.test("run() leaves auth to the other layers unless --no-auth is given", async () => {
  const off = fakeIo({ env: { CHASKI_AUTH: "false" } });
  assertEquals(await run(["serve"], off), 0);
  assertEquals(off.served.map(({ auth }) => auth), [false]);
  const flag = fakeIo({ env: { CHASKI_AUTH: "true" } });
  assertEquals(await run(["serve", "--no-auth", "--host", "::"], flag), 0);
  assertEquals(flag.served.map(({ auth, host }) => [auth, host]), [[false, "::"]]);
});

Deno.test("run() returns the exit code of the server", async () => {
  assertEquals(await run(["serve"], fakeIo({ serve: () => Promise.resolve(1) })), 1);
});

for (const argv of [["--version"], ["-V"]]) {
  Deno.test(`run() prints the version for ${argv}`, async () => {
    const io = fakeIo();
    assertEquals([await run(argv, io), io.out, io.err], [0, "chaski 0.1.0\n", ""]);
  });
}

for (const argv of [[], ["--help"], ["-h"], ["help"]]) {
  Deno.test(`run() prints help on stdout for [${argv}]`, async () => {
    const io = fakeIo();
    assertEquals([await run(argv, io), io.err], [0, ""]);
    assert(io.out.startsWith("Usage: chaski [options] [command]\n"), io.out);
    assertStringIncludes(io.out, "\nExamples:\n");
    assertStringIncludes(io.out, "\nExit codes:\n");
  });
}

for (const argv of [["serve", "--help"], ["help", "serve"]]) {
  Deno.test(`run() prints the help of serve for [${argv}]`, async () => {
    const io = fakeIo();
    assertEquals([await run(argv, io), io.err, io.served], [0, "", []]);
    assert(io.out.startsWith("Usage: chaski serve [options]\n"), io.out);
  });
}

const USAGE: [string[], string][] = [
  [["serv"], "unknown command 'serv' (Did you mean serve?)"],
  [["serv", "--port", "1"], "unknown command 'serv' (Did you mean serve?)"],
  [["start"], "unknown command 'start'"],
  [["--verison"], "unknown option '--verison' (Did you mean --version?)"],
  [["serve", "--prot", "1"], "unknown option '--prot' (Did you mean --port?)"],
  [["serve", "--prot=1"], "unknown option '--prot' (Did you mean --port?)"],
  [["serve", "--no-auht"], "unknown option '--no-auht' (Did you mean --no-auth?)"],
  [["serve", "--no-auth=1"], "unknown option '--no-auth=1' (Did you mean --no-auth?)"],
  [["serve", "--whatever=sk-secret"], "unknown option '--whatever'"],
  [["serve", "-x"], "unknown option '-x'"],
  [["serve", "--port"], "option '--port <port>' argument missing"],
  [["serve", "sk-secret"], "too many arguments for 'serve'. Expected 0 arguments but got 1"],
  [["sk-secret"], "unknown command 'sk-…'"],
];

for (const [argv, reason] of USAGE) {
  Deno.test(`run() refuses [${argv}] with exit code 2`, async () => {
    const io = fakeIo();
    assertEquals(await run(argv, io), 2);
    assertEquals(io.err, `Cannot run chaski: ${reason}\n${HINT}`);
    assertEquals([io.out, io.served], ["", []]);
  });
}

const CONFIG: [string[], Record<string, string>, string][] = [
  [["serve", "--port", "x"], {}, "Cannot use --port: expected a whole number from 0 to 65535"],
  [
    ["serve"],
    { CHASKI_PORT: "x" },
    "Cannot use CHASKI_PORT: expected a whole number from 0 to 65535",
  ],
  [["serve", "--config", "/none"], {}, "Cannot read the config file /none: there is no such file"],
  [
    ["serve", "--host", "0.0.0.0"],
    {},
    "Cannot listen on 0.0.0.0 without an API key: others could use the model; " +
    "set CHASKI_API_KEY or --api-key-file, or allow it with --no-auth",
  ],
  [
    ["serve", "--no-auth"],
    { CHASKI_API_KEY: "sk-secret" },
    "Cannot use --no-auth together with an API key (CHASKI_API_KEY): drop one of the two",
  ],
];

for (const [argv, env, sentence] of CONFIG) {
  Deno.test(`run() refuses [${argv}] with ${JSON.stringify(env)}`, async () => {
    const io = fakeIo({ env });
    assertEquals([await run(argv, io), io.err, io.out], [2, `${sentence}\n`, ""]);
    assertEquals(io.served, []);
  });
}

function failing(error: unknown, env: Record<string, string> = {}) {
  return fakeIo({ env, serve: () => Promise.reject(error) });
}

Deno.test("run() tells an unexpected failure in one sentence with exit code 1", async () => {
  const io = failing(new TypeError("the sky fell\nat midnight"));
  assertEquals([await run(["serve"], io), io.err], [1, "Cannot go on: the sky fell\n"]);
  const odd = failing("a string");
  assertEquals([await run(["serve"], odd), odd.err], [1, "Cannot go on: a string\n"]);
  const empty = failing(new Error(""));
  assertEquals([await run(["serve"], empty), empty.err], [
    1,
    "Cannot go on: an unexpected failure\n",
  ]);
});

const ASKING: [string[], Record<string, string>][] = [
  [["serve"], { CHASKI_DEBUG: "1" }],
  [["serve"], { CHASKI_LOG_LEVEL: "debug" }],
  [["serve", "--log-level", "debug"], {}],
];

for (const [argv, env] of ASKING) {
  Deno.test(`run() adds the stack for [${argv}] with ${JSON.stringify(env)}`, async () => {
    const io = failing(new TypeError("the sky fell"), env);
    assertEquals(await run(argv, io), 1);
    assert(io.err.startsWith("Cannot go on: the sky fell\nTypeError: the sky fell\n    at "));
  });
}

Deno.test("run() colors headings on a terminal, but not against NO_COLOR", async () => {
  const outputs = [];
  for (const [terminal, NO_COLOR] of [[true, ""], [true, "1"], [false, ""]] as const) {
    const io = fakeIo({ terminal, env: { NO_COLOR } });
    await run(["serve", "--help"], io);
    outputs.push(io.out.includes("\x1b["));
  }
  assertEquals(outputs, [true, false, false]);
});

Deno.test("run() answers any arguments with an exit code", async () => {
  const word = fc.oneof(
    fc.constantFrom("serve", "--", "--port", "--help", "help", "--config", "-V", "--no-auth"),
    fc.string(),
    fc.string().map((text) => `--${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (argv) => {
      const io = fakeIo();
      const code = await run(argv, io);
      assertEquals(code === 2, io.err !== "", io.err);
      assert(code === 0 || code === 2);
    }),
    { numRuns: 300 },
  );
});
