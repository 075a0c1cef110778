import { assertEquals } from "@std/assert";
import type { ModelSettings } from "../../src/config/model_tables.ts";
import { type SettingsByName, withSettings } from "../../src/supervise/model_settings.ts";

function named(name: string, quant = "Q4_K_M") {
  return { id: `${name}:${quant}`, name, quant, aliases: [`${name}.gguf`], complete: true };
}

const SMALL = named("small");
const NONE: ModelSettings = withSettings([SMALL], {}).settingsOf(SMALL);
const LARGE = named("large");

function set(byName: SettingsByName) {
  return withSettings([SMALL, LARGE], byName);
}

Deno.test("withSettings() finds a model's settings by any name of it", () => {
  for (const name of ["small:Q4_K_M", "SMALL", "small.gguf"]) {
    const { settingsOf, unknown } = set({ [name]: { ...NONE, context: 8192 } });
    assertEquals([settingsOf(SMALL).context, settingsOf(LARGE).context], [8192, null]);
    assertEquals(unknown, []);
  }
});

Deno.test("withSettings() lets a model's own settings win over those of every model", () => {
  const { settingsOf } = set({
    small: { ...NONE, slots: 2, args: ["-t", "4"], sampling: { top_k: 1 }, thinking: "on" },
    "*": {
      ...NONE,
      ...{ slots: 1, ttl: 60, pin: true, args: ["-t", "1"], thinking: "off" },
      sampling: { top_k: 20, temperature: 0.7 },
    },
  });
  const { slots, ttl, pin, args, thinking, sampling } = settingsOf(SMALL);
  assertEquals([slots, ttl, pin, args, thinking], [2, 60, true, ["-t", "1", "-t", "4"], "on"]);
  assertEquals(sampling, { top_k: 1, temperature: 0.7 });
  assertEquals(settingsOf(LARGE).thinking, "off");
});

Deno.test("withSettings() joins what several names say of one model", () => {
  const { settingsOf } = set({ small: { ...NONE, slots: 2 }, "small.gguf": { ...NONE, ttl: 5 } });
  assertEquals([settingsOf(SMALL).slots, settingsOf(SMALL).ttl], [2, 5]);
});

Deno.test("withSettings() adds the settings' names and the short one, which those of all are not", () => {
  const { models } = set({
    small: { ...NONE, aliases: ["fast", "coder"] },
    "*": { ...NONE, aliases: ["everybody"] },
  });
  assertEquals(models.map(({ aliases }) => aliases), [
    ["fast", "coder", "small", "small.gguf"],
    ["large", "large.gguf"],
  ]);
});

Deno.test("withSettings() gives the name without quantisation to the best of several", () => {
  const { models } = withSettings([named("a", "Q8_0"), named("a", "Q4_K_M"), named("b")], {});
  assertEquals(models.map(({ aliases }) => aliases[0]), ["a.gguf", "a", "b"]);
});

Deno.test("withSettings() tells which settings count for no model", () => {
  assertEquals(set({ small: NONE, "*": NONE, tiny: NONE }).unknown, ["tiny"]);
});
