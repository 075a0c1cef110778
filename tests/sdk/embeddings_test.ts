import { assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { realStage } from "../real/real_stage.ts";
import { sdk } from "./sdk_stage.ts";

const SIZE = 192;

Deno.test("`embeddings.create()` of the OpenAI SDK, as base64 by default and as numbers", async () => {
  await using stage = await realStage(["-c", "8192", "-np", "2", "--embeddings"], {}, "embedding");
  const client = sdk(stage.chaski);
  const asked = { model: "tiny-qwen3-embedding", input: ["Hello", "the fox"] };
  const byDefault = await client.embeddings.create(asked);
  const floats = await client.embeddings.create({ ...asked, encoding_format: "float" });
  assertEquals(byDefault.data.map(({ embedding }) => embedding.length), [SIZE, SIZE]);
  assertEquals(
    byDefault.data.map(({ embedding }) => embedding),
    floats.data.map(({ embedding }) => embedding.map(Math.fround)),
  );
  assertEquals(byDefault.usage, floats.usage);
  const other = () => client.embeddings.create({ ...asked, dimensions: 64 });
  assertEquals((await assertRejects(other, OpenAI.BadRequestError)).param, "dimensions");
});
