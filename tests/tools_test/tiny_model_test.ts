import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { templateNames, tinyModel } from "../tools/tiny_model.ts";
import { familyOf } from "../tools/tiny_model/family.ts";
import { generateModel, type Kind } from "../tools/tiny_model/generate.ts";
import { ToolError } from "../tools/tool_error.ts";
import { readGgufHeader } from "./gguf_reader.ts";

const QWEN3_SEED_1 = "15ae6a420ad1c8fd8a82748d865fcac3742213e543953f571a122a49dc376d71";

function templateText(name: string): string {
  return Deno.readTextFileSync(new URL(`../tools/templates/${name}.jinja`, import.meta.url));
}

function make(template: string, seed = 1, kind: Kind = "chat"): Promise<Uint8Array<ArrayBuffer>> {
  return generateModel({ name: `tiny-${template}`, template: templateText(template), seed, kind });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

Deno.test("`generateModel()` writes the pinned bytes for qwen3 and seed 1", async () => {
  assertEquals(await sha256(await make("qwen3")), QWEN3_SEED_1);
});

Deno.test("`generateModel()` gives other weights for another seed", async () => {
  assertNotEquals(await sha256(await make("qwen3", 2)), QWEN3_SEED_1);
});

Deno.test("`generateModel()` writes a header whose tensors fill the file", async (t) => {
  const bytesOf: Record<number, number> = { 0: 4, 1: 2 };
  for (const template of templateNames()) {
    await t.step(template, async () => {
      const file = await make(template);
      const { version, metadata, tensors, dataStart } = readGgufHeader(file);
      assertEquals(version, 3);
      assertEquals(metadata.get("tokenizer.chat_template"), templateText(template));
      let end = 0;
      for (const { sizes, type, offset } of tensors) {
        assertEquals(offset, end);
        const size = sizes.reduce((product, length) => product * length, 1) * bytesOf[type]!;
        end = offset + Math.ceil(size / 32) * 32;
      }
      assertEquals(dataStart + end, file.length);
    });
  }
});

Deno.test("`generateModel()` names every token once and ends answers with the family's token", async () => {
  const ends = { "qwen3": "<|im_end|>", "qwen3.5": "<|im_end|>", "gpt-oss": "<|return|>" };
  for (const [template, end] of Object.entries(ends)) {
    const { metadata } = readGgufHeader(await make(template));
    const tokens = metadata.get("tokenizer.ggml.tokens") as string[];
    assertEquals(new Set(tokens).size, tokens.length);
    assertEquals((metadata.get("tokenizer.ggml.token_type") as number[]).length, tokens.length);
    assertEquals(tokens[metadata.get("tokenizer.ggml.eos_token_id") as number], end);
  }
});

Deno.test("`generateModel()` gives the pooling that embeddings and rerank need", async () => {
  const pooling = async (kind: Kind) =>
    readGgufHeader(await make("qwen3", 1, kind)).metadata.get("qwen3.pooling_type");
  assertEquals(await pooling("chat"), undefined);
  assertEquals(await pooling("embedding"), 1);
  assertEquals(await pooling("rerank"), 4);
  const { tensors } = readGgufHeader(await make("qwen3", 1, "rerank"));
  assertEquals(tensors.at(-1)?.name, "cls.output.weight");
});

Deno.test("`familyOf()` tells each template's way of speaking", () => {
  assertEquals(
    Object.fromEntries(templateNames().map((name) => [name, familyOf(templateText(name))])),
    {
      "chatml": "plain",
      "deepseek-v3.1": "plain",
      "glm-4.6": "plain",
      "gpt-oss": "harmony",
      "mistral-small-3.2": "plain",
      "qwen2.5": "chatml",
      "qwen3": "chatml",
      "qwen3-coder": "chatml",
      "qwen3.5": "forced-think",
      "smollm3": "plain",
    },
  );
});

Deno.test("`tinyModel()` refuses a template that it does not have", async () => {
  await assertRejects(() => tinyModel({ template: "../qwen3" }), ToolError, "no template is named");
});

Deno.test("`tinyModel()` gives one file to several runs at once", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const script = new URL("../tools/tiny_model.ts", import.meta.url).href;
    const outcomes = await Promise.all(
      [1, 2, 3].map(() =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "--no-check", "--allow-all", script, "--template", "qwen3"],
          env: { CHASKI_CACHE: cache, NO_COLOR: "1" },
        }).output()
      ),
    );
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const paths = outcomes.map(({ stdout }) => text(stdout).trim());
    assertEquals(new Set(paths).size, 1);
    assertEquals(await sha256(await Deno.readFile(paths[0]!)), QWEN3_SEED_1);
    const made = outcomes.filter(({ stderr }) => text(stderr).includes("made tiny-qwen3.gguf"));
    assertEquals(made.length, 1);
    const left = [...Deno.readDirSync(cache)].filter(({ name }) => name.includes("scratch"));
    assert(left.length === 0);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
