import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { readJson } from "../../src/http/body.ts";
import { ApiError } from "../../src/protocol/error.ts";

const LIMITS = { bodyMb: 1, jsonDepth: 32 };

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/v1/responses", { method: "POST", body, headers });
}

/** A body without a declared length. */
function chunked(pieces: Iterable<string>): Request {
  const encoder = new TextEncoder();
  const waiting = pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = waiting.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  return new Request("http://localhost/v1/responses", { method: "POST", body });
}

async function refusal(request: Request): Promise<ApiError> {
  return await assertRejects(() => readJson(request, LIMITS), ApiError);
}

Deno.test("readJson() gives the JSON and the bytes as they came", async () => {
  const text = ' {"b": 1,\n "a": "é\\n\\ud83d\\ude00"}\n';
  const { json, bytes } = await readJson(post(text), LIMITS);
  assertEquals(json, { b: 1, a: "é\n😀" });
  assertEquals(new TextDecoder().decode(bytes), text);
});

for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, identity"]) {
  Deno.test(`readJson() refuses content-encoding ${encoding} with 415`, async () => {
    const error = await refusal(post("{}", { "content-encoding": encoding }));
    assertEquals([error.status, error.code], [415, "unsupported_content_encoding"]);
    assert(error.message.includes(encoding));
  });
}

Deno.test("readJson() takes the content-encoding identity", async () => {
  const { json } = await readJson(post("[]", { "content-encoding": " Identity " }), LIMITS);
  assertEquals(json, []);
});

Deno.test("readJson() refuses a body that is declared too large, without reading it", async () => {
  const request = chunked(["{}"]);
  const declared = new Request(request, { headers: { "content-length": String(1024 * 1024 + 1) } });
  const error = await refusal(declared);
  assertEquals([error.status, error.code], [413, "request_too_large"]);
  assertEquals(declared.bodyUsed, false);
  await declared.body?.cancel();
});

Deno.test("readJson() refuses a chunked body as soon as it is too large", async () => {
  let sent = 0;
  function* endless(): Generator<string> {
    for (;;) {
      sent++;
      yield " ".repeat(64 * 1024);
    }
  }
  const error = await refusal(chunked(endless()));
  assertEquals([error.status, error.code], [413, "request_too_large"]);
  assert(sent < 24, `read ${sent} pieces of 64 KiB`);
});

Deno.test("readJson() takes a chunked body of exactly the limit", async () => {
  const { json } = await readJson(chunked(["[", " ".repeat(1024 * 1024 - 2), "]"]), LIMITS);
  assertEquals(json, []);
});

for (
  const [what, body] of [
    ["nothing", ""],
    ["half an object", '{"input": "Hel'],
    ["single quotes", "{'input': 'Hello'}"],
    ["a comment", '{"input": 1} // text'],
    ["two values", "{} {}"],
    ["brackets that do not match", "]]]]{{{{"],
    ["form data", "input=Hello&model=tiny"],
  ] as const
) {
  Deno.test(`readJson() refuses ${what} with 400 [H22]`, async () => {
    const error = await refusal(post(body));
    assertEquals([error.status, error.code], [400, "invalid_json"]);
  });
}

Deno.test("readJson() refuses a body that is not UTF-8 with 400", async () => {
  for (const bytes of [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
    const error = await refusal(post(new Uint8Array(bytes)));
    assertEquals(error.status, 400);
    assert(error.message.includes("UTF-8"));
  }
});

Deno.test("readJson() takes a body with a byte order mark", async () => {
  assertEquals((await readJson(post("\ufeff[1]"), LIMITS)).json, [1]);
});

Deno.test("readJson() tells a body that breaks off as a client that has left", async () => {
  for (const headers of [{}, { "content-length": "100" }]) {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":'));
        controller.error(new TypeError("connection reset at /somewhere"));
      },
    });
    const broken = new Request("http://localhost/", { method: "POST", body, headers });
    const error = await refusal(broken);
    assertEquals([error.status, error.code], [499, "client_closed_request"]);
    assert(!error.message.includes("somewhere"));
  }
});

Deno.test("readJson() gives a body up that does not arrive in time", async () => {
  const real = globalThis.setTimeout;
  // A minute is a long test; a thousandth of it shows the same.
  globalThis.setTimeout = ((act: () => void, ms: number) => real(act, ms / 1000)) as typeof real;
  try {
    const endless = new ReadableStream({ pull: () => new Promise(() => {}) });
    const error = await refusal(
      new Request("http://localhost/", { method: "POST", body: endless }),
    );
    assertEquals([error.status, error.code], [408, "request_timeout"]);
  } finally {
    globalThis.setTimeout = real;
  }
});

Deno.test("readJson() makes half a surrogate pair U+FFFD, which llama-server would refuse", async () => {
  for (
    const [sent, read] of [
      ['"\\ud83d"', "\ufffd"],
      ['"a\\uDE00b"', "a\ufffdb"],
      ['"\\ud83d\\ud83d\\ude00"', "\ufffd😀"],
      ['"\\ude00\\ud83d"', "\ufffd\ufffd"],
      ['"\\ud83d\\u0041"', "\ufffdA"],
      ['"\\ud83d\\\\ude00"', "\ufffd\\ude00"],
      ['"\\\\ud83d"', "\\ud83d"],
      ['"\\\\\\ud83d"', "\\\ufffd"],
    ] as const
  ) {
    const { json, bytes } = await readJson(post(sent), LIMITS);
    assertEquals(json, read, sent);
    assertEquals(JSON.parse(new TextDecoder().decode(bytes)), read, sent);
  }
});

Deno.test("readJson() keeps every well-formed text, and makes every other one well-formed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary" }),
      fc.array(fc.nat(0xffff)),
      async (text, units) => {
        const odd = text + String.fromCharCode(...units);
        const { json } = await readJson(post(JSON.stringify(odd)), LIMITS);
        assertEquals(json, odd.toWellFormed());
      },
    ),
  );
});

/** The deepest nesting of a JSON text, by a walk over what it means. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("readJson() refuses nesting beyond the limit and nothing else", async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('"[[{', "\\", '\\"]', "}{", "\\\\\\"));
  // No escapes in keys: V8 14 and 15 take some of them for other keys of their length.
  const key = fc.constantFrom("", "[[{", "}{", "]", "a");
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 8 },
      text,
      fc.array(tie("tree")),
      fc.dictionary(key, tie("tree"), { noNullPrototype: true }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, fc.integer({ min: 0, max: 8 }), async (value, jsonDepth) => {
      const reading = readJson(post(JSON.stringify(value)), { bodyMb: 1, jsonDepth });
      if (depthOf(value) <= jsonDepth) {
        assertEquals((await reading).json, value);
      } else {
        const error = await assertRejects(() => reading, ApiError);
        assertEquals(error.status, 400);
        assert(error.message.includes(`${jsonDepth} levels`));
      }
    }),
  );
});

Deno.test("readJson() refuses a megabyte of brackets before it is parsed", async () => {
  const error = await refusal(post("[".repeat(1024 * 1024)));
  assertEquals([error.status, error.code], [400, null]);
});

Deno.test("readJson() is not misled by quotes behind backslashes", async () => {
  const deep = "[".repeat(40) + "]".repeat(40);
  for (const text of [`"\\"${deep}"`, `["\\\\", "${deep}"]`, `"\\\\\\"${deep}"`]) {
    assertEquals((await readJson(post(text), LIMITS)).json, JSON.parse(text));
  }
  assertEquals((await refusal(post(`["\\\\", ${deep}]`))).status, 400);
});
