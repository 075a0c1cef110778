/** What may go wrong behind Chaski, before an answer begins and within it. */
import { assert } from "@std/assert";
import { opening, stream } from "../fake_llama/answers.ts";
import { cut, endWithoutDone, failure, type Script, sse, status } from "../fake_llama/script.ts";
import { readTranscript } from "../transcript.ts";

/** Status and code that a client gets, with llama-server's own answer. */
export interface Row {
  what: string;
  script: Script;
  status: number;
  code: string;
}

async function recorded(name: string, words: string): Promise<Script> {
  const exchanges = await readTranscript(name);
  const found = exchanges.find(({ response }) =>
    response.status >= 400 && response.body.includes(words)
  );
  assert(found !== undefined, `${name} holds no ${words}`);
  return status(found.response.status, found.response.body);
}

const OVERFLOW = await recorded("errors", "exceeds the available context size");

/** Instead of an answer. */
export const BEFORE: Row[] = [
  { what: "an overflow [OT47]", script: OVERFLOW, status: 400, code: "context_length_exceeded" },
  {
    what: "a template's exception",
    script: await recorded("template-errors", "Jinja Exception"),
    status: 400,
    code: "invalid_prompt",
  },
  {
    what: "a template without a parser",
    script: await recorded("template-errors", "Unable to generate parser"),
    status: 400,
    code: "invalid_prompt",
  },
  {
    what: "a broken grammar",
    script: await recorded("errors", "failed to parse grammar"),
    status: 400,
    code: "invalid_prompt",
  },
  {
    what: "a model that loads",
    script: await recorded("loading-and-auth", "Loading model"),
    status: 503,
    code: "model_loading",
  },
  {
    what: "a key that llama-server refuses",
    script: await recorded("loading-and-auth", "Invalid API Key"),
    status: 502,
    code: "upstream_key_refused",
  },
  {
    what: "a failure without a word [OT48]",
    script: failure(500, "server_error", ""),
    status: 502,
    code: "upstream_error",
  },
  {
    what: "a death before the head [OT44]",
    script: cut(),
    status: 502,
    code: "upstream_disconnected",
  },
  {
    what: "a 200 that is no stream",
    script: status(200, { choices: [] }),
    status: 502,
    code: "upstream_garbled",
  },
];

/** What goes wrong once llama-server has begun: the script, and the code that tells it. */
export const WITHIN: [what: string, script: Script, code: string][] = [
  ["an error in the stream [H24]", [
    stream({ text: "One two", finish: null }),
    sse.chunk({ error: { code: 500, message: "Context size has been exceeded.", type: "x" } }),
  ], "server_is_overloaded"],
  [
    "a cut in the middle of a chunk [OT44]",
    [stream({ text: "One two", finish: null }), cut()],
    "upstream_disconnected",
  ],
  [
    "half a stream",
    [stream({ text: "One two", finish: null }), endWithoutDone()],
    "upstream_disconnected",
  ],
  ["an empty stream", [sse.head(), endWithoutDone()], "upstream_disconnected"],
  ["nothing but comments", [sse.head(), sse.ping(), endWithoutDone()], "upstream_disconnected"],
];

/** What only a reader of JSON can notice; a relay passes it on. */
export const GARBAGE: [what: string, script: Script, code: string][] = [
  ["garbage for JSON", [opening(), sse.raw("data: {oops\n\n")], "upstream_garbled"],
  ["a payload that is no object", [opening(), sse.raw("data: 7\n\n")], "upstream_garbled"],
];
