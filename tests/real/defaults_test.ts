/** What a model's defaults come to in a real llama-server, and that a request's own values win. */
import { assert, assertEquals } from "@std/assert";
import { defaultArgs } from "../../src/models/default_args.ts";
import { type DefaultSettings, defaultsOf } from "../../src/models/defaults.ts";
import { readGguf } from "../../src/models/read_gguf.ts";
import { type Sampling, SAMPLING_FIELDS } from "../../src/models/sampling.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { type RealStage, realStage } from "./real_stage.ts";

const LEAST = { max_tokens: 40, seed: 3 };

/** What the tiny model would be started with under this name. */
async function argsOf(name: string, settings: Partial<DefaultSettings>): Promise<string[]> {
  const header = await readGguf(await tinyModel({ template: "qwen3" }));
  const full = { thinking: "auto", templateFile: null, sampling: {}, ...settings } as const;
  return defaultArgs(defaultsOf({ name, header, can: ["chat"] }, full), () => true);
}

async function post(url: string, body: unknown) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assertEquals(answer.status, 200);
  return await answer.json();
}

const messages = (text: string) => [{ role: "user", content: text }];

/** What llama-server itself says that a chat request's tokens are drawn with. */
async function drawn({ llama }: RealStage, fields: object): Promise<Sampling> {
  const body = { messages: messages("[[plain]] Hi"), ...LEAST, ...fields, verbose: true };
  const answer = await post(`${llama.url}/v1/chat/completions`, body);
  return sampling(answer.__verbose.generation_settings);
}

/** What the tokens of the last request were drawn with, whoever sent it. */
async function lastDrawn({ llama }: RealStage): Promise<Sampling> {
  const [slot] = await (await fetch(`${llama.url}/slots`)).json();
  return sampling(slot.params);
}

/** Values are 32-bit floats there. */
function sampling(settings: Record<keyof Sampling, number>): Sampling {
  return Object.fromEntries(
    SAMPLING_FIELDS.map((field) => [field, Number(settings[field].toPrecision(6))]),
  );
}

const WANTED = {
  temperature: 0.7,
  top_p: 0.8,
  top_k: 20,
  min_p: 0,
  presence_penalty: 1.5,
  repeat_penalty: 1.05,
};

/** A request on each API, with fields that all of them know. */
const REQUESTS: Record<string, object> = {
  "/v1/chat/completions": { messages: messages("[[plain]] Hi"), max_tokens: 20 },
  "/v1/completions": { prompt: "Hi", max_tokens: 20 },
  "/v1/responses": { input: "[[plain]] Hi", max_output_tokens: 20 },
  "/v1/messages": { model: "tiny-qwen3", messages: messages("[[plain]] Hi"), max_tokens: 20 },
};

Deno.test("a model's sampling holds where a request says nothing, on every API", async () => {
  const args = await argsOf("Qwen3.5-27B", { sampling: { repeat_penalty: 1.05 } });
  await using stage = await realStage(["-c", "4096", "-np", "1", ...args]);
  const props = await (await fetch(`${stage.llama.url}/props`)).json();
  assertEquals(sampling(props.default_generation_settings.params), WANTED);
  assertEquals(await drawn(stage, {}), WANTED);
  for (const [path, body] of Object.entries(REQUESTS)) {
    const url = `${stage.chaski.url}${path}`;
    const answer = await post(url, body);
    assertEquals([path, await lastDrawn(stage)], [path, WANTED]);
    await post(url, { ...body, temperature: 0.2, top_p: 1 });
    assertEquals([path, await lastDrawn(stage)], [path, { ...WANTED, temperature: 0.2, top_p: 1 }]);
    if (path !== "/v1/responses") continue;
    const { temperature, top_p, presence_penalty } = answer;
    assertEquals([temperature, top_p, presence_penalty], [0.7, 0.8, 1.5]);
  }
});

Deno.test("a request's own sampling wins over the model's, in every field", async () => {
  const args = await argsOf("Qwen3.5-27B", { sampling: { repeat_penalty: 1.05 } });
  await using stage = await realStage(["-c", "4096", ...args]);
  const own = { temperature: 0, top_p: 1, top_k: 0, min_p: 0.1, presence_penalty: 0 };
  assertEquals(await drawn(stage, { ...own, repeat_penalty: 1 }), { ...own, repeat_penalty: 1 });
});

/** Whether the model thought, by how it was asked. */
const ASKED: Record<string, (stage: RealStage) => Promise<boolean>> = {
  "chat, saying nothing": (stage) => chatThinks(stage, {}),
  "chat, by the switch": (stage) => chatThinks(stage, kwargs(true)),
  "chat, against the switch": (stage) => chatThinks(stage, kwargs(false)),
  "chat, by a level": (stage) => chatThinks(stage, { reasoning_effort: "high" }),
  "chat, by the level none": (stage) => chatThinks(stage, { reasoning_effort: "none" }),
  "Responses, saying nothing": (stage) => responseThinks(stage, {}),
  "Responses, by a level": (stage) => responseThinks(stage, { reasoning: { effort: "low" } }),
  "Responses, by the level none": (stage) =>
    responseThinks(stage, { reasoning: { effort: "none" } }),
  "Messages, saying nothing": (stage) => messageThinks(stage, {}),
  "Messages, with thinking": (stage) => messageThinks(stage, { thinking: { type: "adaptive" } }),
};

function kwargs(enable_thinking: boolean) {
  return { chat_template_kwargs: { enable_thinking } };
}

async function chatThinks(stage: RealStage, fields: object): Promise<boolean> {
  const body = { messages: messages("[[think]] Hi"), ...LEAST, ...fields };
  const { choices } = await post(`${stage.chaski.url}/v1/chat/completions`, body);
  return (choices[0].message.reasoning_content ?? "") !== "";
}

async function responseThinks(stage: RealStage, fields: object): Promise<boolean> {
  const body = { input: "[[think]] Hi", max_output_tokens: 40, ...fields };
  const { output } = await post(`${stage.chaski.url}/v1/responses`, body);
  return output.some(({ type }: { type: string }) => type === "reasoning");
}

async function messageThinks(stage: RealStage, fields: object): Promise<boolean> {
  const body = { model: "tiny-qwen3", messages: messages("[[think]] Hi"), max_tokens: 40 };
  const { content } = await post(`${stage.chaski.url}/v1/messages`, { ...body, ...fields });
  return content.some(({ type }: { type: string }) => type === "thinking");
}

const NEVER = ["chat, against the switch", "chat, by the level none"];
const SAYING_NO = [...NEVER, "Responses, by the level none", "Messages, saying nothing"];
const SAYING_NOTHING = ["chat, saying nothing", "Responses, saying nothing"];

const STARTS: [DefaultSettings["thinking"], string, readonly string[]][] = [
  ["auto", "Qwen3.5-27B", SAYING_NO],
  ["on", "Qwen3.5-0.8B", SAYING_NO],
  ["auto", "Qwen3.5-0.8B", [...SAYING_NO, ...SAYING_NOTHING]],
  ["off", "Qwen3.5-27B", [...SAYING_NO, ...SAYING_NOTHING]],
];

for (const [thinking, name, without] of STARTS) {
  Deno.test(`${name} with thinking ${thinking} thinks as each request says`, async () => {
    await using stage = await realStage(["-c", "4096", ...await argsOf(name, { thinking })]);
    for (const [how, thinks] of Object.entries(ASKED)) {
      assertEquals([how, await thinks(stage)], [how, !without.includes(how)]);
    }
  });
}

Deno.test("a real llama-server knows every flag of the defaults", async () => {
  const { stdout } = await new Deno.Command(await findLlamaServer(), { args: ["--help"] }).output();
  const help = new TextDecoder().decode(stdout);
  const sampling = WANTED;
  const flags = defaultArgs({ sampling, thinking: "off", family: null }, () => true)
    .filter((word) => word.startsWith("--"));
  assertEquals(flags.length, 7);
  for (const flag of [...flags, "--chat-template-kwargs"]) {
    assert(new RegExp(`(^|[\\s,])${flag}[\\s,]`, "m").test(help), flag);
  }
});

Deno.test("a real llama-server takes thinking off by its older argument", async () => {
  const older = (flag: string) => flag === "--chat-template-kwargs";
  const args = defaultArgs({ sampling: {}, thinking: "off", family: null }, older);
  await using stage = await realStage(["-c", "4096", ...args]);
  for (const [how, thinks] of Object.entries(ASKED)) {
    const expected = ![...SAYING_NO, ...SAYING_NOTHING].includes(how);
    assertEquals([how, await thinks(stage)], [how, expected]);
  }
});
