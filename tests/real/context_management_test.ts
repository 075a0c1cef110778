/** Conversations that outgrow a real slot, and are compacted inside their turns. */
import { assert, assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { type JsonBody, startRecorder } from "../clients/recorder.ts";
import { assertFits } from "../open_responses.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** Tokens that one slot holds. */
const CONTEXT = 4096;
/** What is told in each turn: some 700 tokens. */
const TOLD = "What the user tells about llamas, hills and rivers. ".repeat(28);
const TOOL = {
  ...{ type: "function", name: "get_weather", strict: false },
  parameters: { type: "object", properties: { city: { type: "string" } } },
};

for (const template of ["qwen3", "qwen3.5", "gpt-oss", "mistral-small-3.2"]) {
  Deno.test(`a chain of turns over ${template} is compacted again and again, and always fits`, async () => {
    const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
    const args = ["-c", `${CONTEXT}`, "-np", "1", "--alias", "tiny"];
    await using llama = await startLlamaServer({ binary, model, args });
    await using recorder = startRecorder(llama.url);
    await using chaski = await startChaski({ upstream: recorder.url });
    const compacted: number[] = [];
    let previous: string | null = null;
    for (let turn = 0; turn < 12; turn++) {
      const answer: Response = await fetch(`${chaski.url}/v1/responses`, {
        method: "POST",
        body: JSON.stringify({
          instructions: "Be brief.",
          input: `[[plain]] ${turn} ${TOLD}`,
          tools: [TOOL],
          context_management: [{ type: "compaction" }],
          previous_response_id: previous,
          max_output_tokens: 100,
        }),
      });
      const response = await answer.json();
      assertEquals([answer.status, response.error], [200, null]);
      assertFits("ResponseResource", response);
      if (response.output[0]?.type === "compaction") compacted.push(turn);
      // What clients see of the prompt is what was left of it.
      assert(response.usage.input_tokens < CONTEXT, JSON.stringify(response.usage));
      previous = response.id;
    }
    assert(compacted.length >= 2, `compacted in the turns ${compacted}`);
    assert(recorder.requests.length >= 12 + compacted.length);
    for (const body of recorder.requests) {
      const tokens = await lengthOf(body, llama.url);
      assert(tokens < CONTEXT, `${tokens}`);
    }
  });
}

/** The tokens of a chat request, counted once more by llama-server itself. */
async function lengthOf(body: JsonBody, llama: string): Promise<number> {
  const answer = await fetch(`${llama}/v1/chat/completions/input_tokens`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const { input_tokens } = await answer.json();
  assert(input_tokens > 0);
  return input_tokens;
}
