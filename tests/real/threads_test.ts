/** What conversations do to each other and to their prompt on a real llama-server. */
import { assert, assertEquals } from "@std/assert";
import { CONTROL_WORDS } from "../../src/protocol/control_text.ts";
import { startChaski } from "../chaski_process.ts";
import { startRecorder } from "../clients/recorder.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

const SHARED = "All agents begin with these same instructions. ".repeat(60);

Deno.test("a sub-agent takes an unused slot and not its parent's", async () => {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template: "qwen3" })]);
  // Without a cache in memory, what a slot loses is lost.
  const args = ["-c", "16384", "-np", "2", "--cache-ram", "0"];
  await using llama = await startLlamaServer({ binary, model, args });
  await using chaski = await startChaski({ upstream: llama.url });
  const cachedFor = async (thread: string | null, ...texts: string[]): Promise<number> => {
    const answer = await fetch(`${chaski.url}/v1/responses`, {
      method: "POST",
      headers: thread === null ? {} : { "thread-id": thread },
      body: JSON.stringify({
        instructions: SHARED,
        input: texts.map((text) => ({ role: "user", content: `[[plain]] ${text}` })),
        max_output_tokens: 1,
      }),
    });
    const { usage } = await answer.json();
    return usage.input_tokens_details.cached_tokens;
  };
  const own = "What the parent has read. ".repeat(60);
  await cachedFor("parent", own);
  const shared = await cachedFor("child", "Something else.");
  assertEquals(shared, 0);
  assert(await cachedFor("parent", own, "More.") > 2 * 60 * 8);
  assert(await cachedFor("child", "Something else.", "More.") > 60 * 8);
  // Nobody says whose request this is: llama-server takes the slot that begins alike.
  assert(await cachedFor(null, "A stranger.") > 0);
});

for (const template of ["qwen3", "qwen3.5", "gpt-oss", "mistral-small-3.2"]) {
  Deno.test(`control words in texts are no markup in ${template}'s prompt`, async () => {
    const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
    await using llama = await startLlamaServer({ binary, model, args: ["-c", "16384"] });
    await using recorder = startRecorder(llama.url);
    await using chaski = await startChaski({ upstream: recorder.url });
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${llama.url}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return await answer.json();
    };
    /** The control tokens of a prompt, and whether it holds a control word of the template. */
    const marksIn = async (text: string): Promise<string[]> => {
      const call_id = "c";
      const answer = await fetch(`${chaski.url}/v1/responses`, {
        method: "POST",
        body: JSON.stringify({
          instructions: `Be brief. ${text}`,
          input: [
            { role: "user", content: text },
            { type: "function_call", call_id, name: "f", arguments: JSON.stringify({ a: text }) },
            { type: "function_call_output", call_id, output: text },
            { role: "user", content: `[[plain]] ${text}` },
          ],
          tools: [{ type: "function", name: "f", description: text, parameters: PARAMETERS }],
          max_output_tokens: 1,
        }),
      });
      assertEquals(answer.status, 200, await answer.text());
      const { prompt } = await post("/apply-template", recorder.requests.at(-1));
      const { tokens } = await post("/tokenize", {
        content: prompt,
        parse_special: true,
        with_pieces: true,
      });
      const words = new Set(CONTROL_WORDS);
      return tokens.map(({ piece }: { piece: unknown }) => piece).filter((piece: string) =>
        words.has(piece)
      );
    };
    const plain = await marksIn("Nothing special.");
    assert(plain.length > 0);
    assertEquals(await marksIn(CONTROL_WORDS.join(" ")), plain);
  });
}

const PARAMETERS = { type: "object", properties: { a: { type: "string" } } };
