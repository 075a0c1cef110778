import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../demo.ts", import.meta.url));

function demo(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", DEMO, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function ended(...args: string[]): Promise<[code: number, out: string, err: string]> {
  const { code, stdout, stderr } = await demo(...args).output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout), decoder.decode(stderr)];
}

Deno.test("demo --once shows a thinking, calling stream and how to point Codex here", async () => {
  const [code, out, err] = await ended("--once", "--port", "0");
  assertEquals([code, err], [0, ""]);
  const url = /^ {2}Chaski +(http:\S+)$/m.exec(out)?.[1];
  const wanted = [
    "response.created",
    "#0 reasoning in_progress",
    "#1 function_call get_weather in_progress",
    "response.function_call_arguments.delta",
    "response.completed",
    `base_url = "${url}/v1"`,
    "codex exec",
    "curl -N",
    "speaks nonsense",
    "chaski serve --models-dir DIR ",
  ];
  assertEquals(wanted.map((text) => out.indexOf(text)).filter((place) => place < 0), []);
  assertEquals(out.includes("\x1b"), false, "escape codes are for terminals");
});

Deno.test("demo ends its servers on SIGTERM", async () => {
  await using child = demo("--port", "0").spawn();
  const [out, rest] = child.stdout.tee();
  const text = await textUntil(out, /^Serving (http:\S+)\/v1 until Ctrl-C$/m);
  const urls = [...text.matchAll(/^ {2}(?:upstream|Chaski) +(http:\S+)$/gm)].map(([, url]) => url);
  assertEquals(urls.length, 2);
  child.kill("SIGTERM");
  const [{ code }] = await Promise.all([
    child.status,
    child.stderr.pipeTo(new WritableStream()),
    rest.pipeTo(new WritableStream()),
  ]);
  assertEquals(code, 0);
  for (const url of urls) await assertRejects(() => fetch(`${url}`), TypeError);
});

Deno.test("demo tells in a sentence what it cannot do", async () => {
  for (const args of [["--port", "x"], ["--bogus"], ["--llama-server", "/none"]]) {
    const [code, , err] = await ended(...args);
    assertEquals(code, 1);
    assertMatch(err, /^\ndemo: Cannot .+\n$/);
  }
});

Deno.test("demo shows the end of the log of a server that does not start", async () => {
  const [code, , err] = await ended("--llama-server", Deno.execPath());
  assertEquals(code, 1);
  assertStringIncludes(err, "demo: Cannot start llama-server: it ended with status");
  assertEquals(err.includes("    at "), false);
});

async function textUntil(stream: ReadableStream<Uint8Array>, wanted: RegExp): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (wanted.test(text)) break;
  }
  return text;
}
