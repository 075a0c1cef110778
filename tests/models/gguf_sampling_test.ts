import { assertEquals } from "@std/assert";
import type { Sampling } from "../../src/models/sampling.ts";
import { modelHeader } from "./model_files.ts";
import { list, scalar, text, type Value } from "./gguf_writer.ts";

function recommended(entries: Record<string, Value>): Sampling {
  return modelHeader(
    Object.fromEntries(
      Object.entries(entries).map(([key, value]) => [`general.sampling.${key}`, value]),
    ),
  ).sampling;
}

Deno.test("recommendedSampling() reads llama.cpp's keys, and rounds what 32 bits cannot hold", () => {
  assertEquals(
    recommended({
      temp: scalar("f32", 0.7),
      top_p: scalar("f32", 0.8),
      top_k: scalar("i32", 20),
      min_p: scalar("f32", 0.05),
      penalty_repeat: scalar("f32", 1.05),
      mirostat: scalar("i32", 2),
      sequence: text("top_k;temperature"),
    }),
    { temperature: 0.7, top_p: 0.8, top_k: 20, min_p: 0.05, repeat_penalty: 1.05 },
  );
  assertEquals(recommended({ top_k: scalar("i32", 0) }), { top_k: 0 });
});

Deno.test("recommendedSampling() takes nothing that cannot be meant", () => {
  assertEquals(
    recommended({
      temp: scalar("f32", NaN),
      top_p: scalar("f32", 1.5),
      top_k: scalar("f32", 20.5),
      min_p: scalar("f32", -0.1),
      penalty_repeat: scalar("f32", 0),
    }),
    {},
  );
  assertEquals(recommended({ temp: text("1"), top_k: list("i32", [20]) }), {});
  assertEquals(recommended({ temp: scalar("bool", 1), top_k: scalar("i32", -1) }), {});
});
