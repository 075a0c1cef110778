import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ApiError } from "../../src/protocol/error.ts";
import {
  isCacheFull,
  llamaError,
  llamaStreamError,
  upstreamCutOff,
  upstreamGarbled,
} from "../../src/protocol/llama_error.ts";
import { queueFull } from "../../src/upstream/queue_errors.ts";
import { type Exchange, readTranscript } from "../transcript.ts";

/** Every error that a real llama-server was seen to answer, with what was asked for. */
async function recorded(name: string): Promise<Exchange[]> {
  const exchanges = await readTranscript(name);
  const errors = exchanges.filter(({ response }) => response.status >= 400);
  assert(errors.length > 0, `${name} holds no error`);
  return errors;
}

/** Code and status for the words of llama-server's own message. */
const MEANINGS: readonly [words: RegExp, status: number, code: string][] = [
  [/exceeds the available context size/, 400, "context_length_exceeded"],
  [/Loading model/, 503, "model_loading"],
  [/Invalid API Key/, 502, "upstream_key_refused"],
  [/Jinja Exception|Unable to generate parser for this template/, 400, "invalid_prompt"],
  [/Failed to (parse|initialize)|JSON schema/i, 400, "invalid_prompt"],
  [/does not support|not supported by this server|not supported/i, 501, "not_supported"],
  [/File Not Found/, 501, "not_supported"],
  [/./, 400, "invalid_prompt"],
];

for (const name of ["errors", "template-errors", "loading-and-auth", "chat-tools-options"]) {
  Deno.test(`llamaError() gives every error of ${name} a meaning`, async () => {
    for (const { request, response } of await recorded(name)) {
      const error = llamaError(response.status, response.body);
      const [, status, code] = MEANINGS.find(([words]) => words.test(response.body)) ?? [];
      const what = `${request.method} ${request.path}: ${response.status} ${response.body}`;
      assertEquals([error.status, error.code], [status, code], what);
      assertSafe(error);
    }
  });
}

/** What holds for everything that a client may read. */
function assertSafe({ message, status }: ApiError): void {
  assert(status !== 500, "a naked 500");
  assert(message.length < 900, "a long message");
  assert(!/[\r\n]/.test(message), "a message of many lines");
  assert(!/\/(models|home|srv|usr|opt)\//.test(message), message);
  assert(/[.!?…)]$/.test(message), message);
}

Deno.test("llamaError() tells both numbers of an overflow [OT47]", () => {
  const error = llamaError(
    400,
    JSON.stringify({
      error: {
        code: 400,
        message: "request (16010 tokens) exceeds the available context size (4096 tokens)",
        type: "exceed_context_size_error",
        n_prompt_tokens: 16010,
        n_ctx: 4096,
      },
    }),
  );
  assertEquals([error.status, error.code], [400, "context_length_exceeded"]);
  assert(error.message.includes("16010") && error.message.includes("4096"));
});

Deno.test("llamaError() tells an overflow also without numbers [OT47]", () => {
  const body = { error: { code: 400, message: "too long", type: "exceed_context_size_error" } };
  assertEquals(llamaError(400, JSON.stringify(body)).code, "context_length_exceeded");
});

Deno.test("llamaError() says what to do about a template and about a grammar", () => {
  const template = llamaError(
    500,
    JSON.stringify({
      error: {
        code: 500,
        message:
          "\n------------\nWhile executing CallExpression at line 4\nError: Jinja Exception: " +
          "System message must be at the beginning.",
        type: "server_error",
      },
    }),
  );
  assertEquals([template.status, template.code], [400, "invalid_prompt"]);
  assert(template.message.includes("System message must be at the beginning."));
  assert(template.message.includes("--chat-template-file"));
  const grammar = llamaError(400, errorText(400, "failed to parse grammar"));
  assertEquals(grammar.status, 400);
  assert(grammar.message.includes("Simplify the schema"));
});

function errorText(code: number, message: string): string {
  return JSON.stringify({ error: { code, message, type: "server_error" } });
}

Deno.test("llamaError() names the seconds after which loading and capacity may be over", () => {
  const loading = llamaError(503, errorText(503, "Loading model"));
  assertEquals([loading.status, loading.retryAfter, loading.source], [503, 2, "upstream"]);
  const full = llamaError(500, errorText(500, "Context size has been exceeded."));
  assertEquals([full.status, full.code, full.retryAfter], [503, "server_is_overloaded", 2]);
});

for (
  const [status, text] of [
    [500, ""],
    [500, "null"],
    [500, "[]"],
    [500, '{"error":null}'],
    [500, '{"error":"out of memory"}'],
    [500, '{"error":{"message":7}}'],
    [502, "<html><h1>502 Bad Gateway</h1></html>"],
    [504, "upstream request timeout"],
    [418, "I'm a teapot"],
    [302, ""],
  ] as const
) {
  Deno.test(`llamaError() gives ${status} with ${text || "nothing"} a meaning [OT48]`, () => {
    const error = llamaError(status, text);
    assert([400, 502].includes(error.status), String(error.status));
    assert(error.code !== null);
    assertSafe(error);
  });
}

Deno.test("llamaError() shows no path of llama-server's machine", () => {
  for (
    const path of [
      "/home/somebody/models/tiny.gguf",
      "/srv/llama.cpp/src/server.cpp:117",
      "C:\\Users\\Somebody\\models\\tiny.gguf",
      "C:/Users/Somebody/tiny.gguf",
    ]
  ) {
    const { message } = llamaError(500, errorText(500, `failed to load model '${path}' twice`));
    for (const part of ["somebody", "Somebody", "/srv", "tiny.gguf"]) {
      assert(!message.includes(part), message);
    }
  }
});

Deno.test("llamaError() never throws and never shows much, whatever the body", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.string({ unit: "binary" }),
      (status, text) => {
        for (
          const body of [text, JSON.stringify(text), JSON.stringify({ error: { message: text } })]
        ) {
          const error = llamaError(status, body);
          assert(error.status >= 400 && error.status !== 500);
          assert(error.message.length < 900 && !/[\r\n]/.test(error.message));
        }
      },
    ),
  );
});

Deno.test("llamaStreamError() means what the same error means before a stream [H24]", () => {
  const inner = { code: 500, message: "Context size has been exceeded.", type: "server_error" };
  assertEquals(llamaStreamError(inner).code, "server_is_overloaded");
  assertEquals(llamaStreamError({ message: "boom" }).message.includes("boom"), true);
  for (const odd of [null, 7, "boom", [], {}, { code: "x" }]) {
    assertEquals(llamaStreamError(odd).status, 502);
  }
});

Deno.test("upstreamCutOff() and upstreamGarbled() blame the upstream", () => {
  for (const error of [upstreamCutOff(), upstreamGarbled("an event holds no JSON")]) {
    assertEquals([error.status, error.type, error.source], [502, "server_error", "upstream"]);
    assertSafe(error);
  }
});

Deno.test("llamaError() takes what embeddings and tokenizer refuse for the client's fault", () => {
  const told = (message: string) => {
    const { status, code, param } = llamaError(500, JSON.stringify({ error: { message } }));
    return [status, code, param];
  };
  const long = "input (12002 tokens) is too large to process. increase the physical batch size";
  assertEquals(told(long), [400, "context_length_exceeded", null]);
  const range = "vector::_M_range_check: __n (which is 99999999) >= this->size() (which is 608)";
  assertEquals(told(range), [400, null, "tokens"]);
});

Deno.test("isCacheFull() knows a shared cache that is full, and takes nothing else for it", () => {
  const full = { code: 500, message: "Context size has been exceeded.", type: "server_error" };
  assert(isCacheFull(llamaStreamError(full)));
  const others = [
    llamaStreamError({ ...full, type: "exceed_context_size_error" }),
    llamaError(503, JSON.stringify({ error: { message: "Loading model" } })),
    queueFull(1),
  ];
  assertEquals(others.map(isCacheFull), [false, false, false]);
});
