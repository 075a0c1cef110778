/** What llama-server's last words mean, by its real ones (see the fixtures' README). */
import { assert, assertEquals } from "@std/assert";
import {
  cannotLoad,
  hasCrashed,
  type LastWords,
  reasonOf,
  wantsAnotherPort,
} from "../../src/supervise/failure.ts";

const FOLDER = new URL("../fixtures/llama-server-failures/", import.meta.url);

/** A fixture: its first line tells how it ended, the others what was written. */
function wordsOf(name: string): LastWords {
  const [head = "", ...lines] = Deno.readTextFileSync(new URL(`${name}.txt`, FOLDER)).split("\n");
  const [, code, signal] = /^# .*; (?:code (\d+)|(SIG[A-Z]+))$/.exec(head) ?? [];
  assert(code !== undefined || signal !== undefined, `${name} says how it ended`);
  return { exit: { code: Number(code ?? 1), signal: signal ?? null }, lines };
}

const MEMORY = /^there is too little memory\. Give it a smaller context, /;
const DAMAGED = /^its file is damaged or not whole\. Get it anew, /;
const PROJECTOR = /^its projector \(mmproj\) does not fit\. /;
const GONE = /^a file of it is gone\. Look whether its folder is still there$/;
const CANNOT_START = /^llama-server cannot be started\. Try 'chaski engine status'$/;
const UNKNOWN = (how: string) =>
  new RegExp(`^llama-server ended with ${how} before it was ready\\. Its last words are in`);

const REASONS: Record<string, RegExp> = {
  "architecture": /^this llama-server does not know the architecture 'qwxx3'\. Get a newer one/,
  "broken-template": /^its chat template cannot be used\. Set template_file to another one$/,
  "empty": DAMAGED,
  "memory-cpu": MEMORY,
  "memory-cuda": MEMORY,
  "memory-cuda-running": MEMORY,
  "memory-killed": /^the system ended llama-server, mostly because there is too little memory\./,
  "memory-metal": MEMORY,
  "memory-vulkan": MEMORY,
  "no-gguf": DAMAGED,
  "no-library": /^llama-server lacks the library libllama-server-impx\.so\. Install it, or get a/,
  "no-library-mac": /^llama-server lacks the library libggml-base\.dylib\. Install it, or get a/,
  "no-library-musl": /^llama-server lacks the library libgomp\.so\.1\. Install it, or get a/,
  "no-model": GONE,
  "no-program": CANNOT_START,
  "no-program-rights": CANNOT_START,
  "no-projector": GONE,
  "no-rights": /^Chaski may not read one of its files\. Look at the rights/,
  "no-template":
    /^llama-server refuses what --chat-template-file says\. Look at the model's settings/,
  "no-value": /^llama-server refuses what --threads says\. Look at the model's settings, its args/,
  "old-system": /^this llama-server was built for a newer system\. Get one by/,
  "pinned-memory": UNKNOWN("SIGSEGV"),
  "port-taken": UNKNOWN("code 1"),
  "segfault": UNKNOWN("SIGSEGV"),
  "truncated": DAMAGED,
  "truncated-header": DAMAGED,
  "unknown-argument":
    /^this llama-server does not know --no-such-thing\. Take it out of the model's/,
  "wrong-processor": /^this llama-server was built for another processor\. Get one by/,
  "wrong-projector": PROJECTOR,
  "wrong-value": /^llama-server refuses what --gpu-layers says\. Look at the model's settings, its/,
};

for (const [name, reason] of Object.entries(REASONS)) {
  Deno.test(`\`reasonOf()\` explains ${name}`, () => {
    const told = reasonOf(wordsOf(name));
    assert(reason.test(told), told);
    assert(!/[/\\]|\.gguf|\.jinja|\.$/.test(told), told);
  });
}

Deno.test("every recorded failure is explained", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name.replace(/\.txt$/, ""));
  assertEquals(names.sort(), Object.keys(REASONS).sort());
});

Deno.test("`wantsAnotherPort()` knows a port that is taken, and nothing else", () => {
  const wanting = Object.keys(REASONS).filter((name) => wantsAnotherPort(wordsOf(name)));
  assertEquals(wanting, ["port-taken"]);
});

Deno.test("`reasonOf()` tells of one that only takes too long", () => {
  assertEquals(
    reasonOf({ exit: null, lines: ["loading"] }),
    "it was not ready in time. Raise timeouts.load, if it only is large",
  );
  assert(MEMORY.test(reasonOf({ exit: null, lines: wordsOf("memory-cpu").lines })));
});

Deno.test("`reasonOf()` bears output without end and of any kind", () => {
  const lines = [
    "\0".repeat(1000),
    "error: ".repeat(140),
    `Library not loaded: ${"a/".repeat(490)}`,
  ];
  const exit = { code: 3, signal: null };
  const many = Array.from({ length: 200 }, (_, at) => lines[at % lines.length] ?? "");
  assert(UNKNOWN("code 3").test(reasonOf({ exit, lines: many })));
  const name = "a".repeat(81);
  const unknown = [
    `unknown model architecture: '${name}'`,
    "unknown model architecture: '\x1b[2J'",
  ];
  assert(UNKNOWN("code 3").test(reasonOf({ exit, lines: unknown })));
});

Deno.test("`cannotLoad()` is an error that agents do not repeat", () => {
  const error = cannotLoad("tiny:Q8_0", reasonOf(wordsOf("truncated")));
  assertEquals([error.status, error.code, error.param, error.message], [
    ...[400, "invalid_prompt", "model"],
    "Cannot load the model 'tiny:Q8_0': its file is damaged or not whole. Get it anew, for example " +
    "by 'chaski models pull'.",
  ]);
});

Deno.test("`hasCrashed()` is an error that agents repeat, with what is known", () => {
  const crash = (name: string) => hasCrashed("tiny:Q8_0", wordsOf(name));
  const { status, code, message } = crash("memory-cuda-running");
  assertEquals([status, code], [503, "model_crashed"]);
  assert(/ llama-server ended with SIGABRT; there is too little memory\. .*\.$/.test(message));
  assert(crash("segfault").message.endsWith("with SIGSEGV; its last words are in Chaski's log."));
});
