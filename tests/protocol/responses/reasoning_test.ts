import { assertEquals } from "@std/assert";
import {
  type ThinkingSwitch,
  thinkingSwitch,
  turnsAlternate,
} from "../../../src/protocol/chat_template.ts";
import { plain, refusalOf, translate } from "./translating.ts";

async function template(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../../tools/templates/${name}.jinja`, import.meta.url));
}

Deno.test("`thinkingSwitch()` reads off real templates what they understand", async () => {
  const expected: Record<string, ThinkingSwitch> = {
    "chatml": "none",
    "deepseek-v3.1": "enable_thinking",
    "glm-4.6": "enable_thinking",
    "gpt-oss": "reasoning_effort",
    "mistral-small-3.2": "none",
    "qwen2.5": "none",
    "qwen3": "enable_thinking",
    "qwen3-coder": "none",
    "qwen3.5": "enable_thinking",
    "smollm3": "enable_thinking",
  };
  for (const [name, thinking] of Object.entries(expected)) {
    assertEquals(thinkingSwitch(await template(name)), thinking, name);
  }
});

Deno.test("`turnsAlternate()` finds the templates that refuse other turns", async () => {
  assertEquals(turnsAlternate(await template("mistral-small-3.2")), true);
  for (const name of ["chatml", "glm-4.6", "gpt-oss", "qwen2.5", "qwen3", "qwen3.5", "smollm3"]) {
    assertEquals(turnsAlternate(await template(name)), false, name);
  }
});

function effort(level: unknown, thinking: ThinkingSwitch) {
  const { chat, notes } = translate(
    { input: "x", reasoning: { effort: level } },
    { ...plain, thinking },
  );
  const { messages: _, ...fields } = chat;
  return { fields, notes: notes.map(({ code, param }) => `${code} ${param}`) };
}

Deno.test("`toChat()` turns thinking off for effort none, on for any other [H11]", () => {
  assertEquals(effort("none", "enable_thinking").fields, {
    chat_template_kwargs: { enable_thinking: false },
  });
  const fields = { chat_template_kwargs: { enable_thinking: true } };
  for (const level of ["default", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"]) {
    assertEquals(effort(level, "enable_thinking"), { fields, notes: [] });
  }
  assertEquals(effort(null, "enable_thinking"), { fields: {}, notes: [] });
});

Deno.test("`toChat()` gives gpt-oss one of its three levels [H11]", () => {
  const levels = {
    minimal: "low",
    low: "low",
    medium: "medium",
    high: "high",
    xhigh: "high",
    max: "high",
    ultra: "high",
  };
  for (const [level, reasoning_effort] of Object.entries(levels)) {
    assertEquals(effort(level, "reasoning_effort"), { fields: { reasoning_effort }, notes: [] });
  }
  assertEquals(effort("default", "reasoning_effort"), { fields: {}, notes: [] });
  // It cannot be kept from thinking, and that is said.
  assertEquals(effort("none", "reasoning_effort"), {
    fields: { reasoning_effort: "low" },
    notes: ["effort_ignored reasoning.effort"],
  });
});

Deno.test("`toChat()` sends no effort to a template without a switch, but none always [H11]", () => {
  assertEquals(effort("high", "none"), { fields: {}, notes: [] });
  const fields = { chat_template_kwargs: { enable_thinking: false } };
  assertEquals(effort("none", "none"), { fields, notes: [] });
});

Deno.test("`toChat()` drops an unknown effort with a note and refuses a wrong type [H11]", () => {
  for (const thinking of ["none", "enable_thinking", "reasoning_effort"] as const) {
    assertEquals(effort("turbo", thinking), {
      fields: {},
      notes: ["effort_ignored reasoning.effort"],
    });
  }
  assertEquals(
    refusalOf({ input: "x", reasoning: { effort: ["high"] } }).param,
    "reasoning.effort",
  );
  assertEquals(translate({ input: "x", reasoning: { summary: "auto" } }).notes, []);
});
