import { assertEquals } from "@std/assert";
import { settingsOf, unknownNames, withAliases } from "../../src/supervise/model_settings.ts";
import type { ModelSettings } from "../../src/config/model_tables.ts";

const NONE: ModelSettings = settingsOf(named("any"), [], {});

function named(name: string, quant = "Q4_K_M") {
  return { id: `${name}:${quant}`, name, quant, aliases: [`${name}.gguf`], complete: true };
}

const SMALL = named("small");
const LARGE = named("large");
const MODELS = [SMALL, LARGE];

Deno.test("settingsOf() finds a model's settings by any name of it", () => {
  for (const name of ["small:Q4_K_M", "SMALL", "small.gguf"]) {
    const byName = { [name]: { ...NONE, context: 8192 } };
    assertEquals(settingsOf(SMALL, MODELS, byName).context, 8192);
    assertEquals(settingsOf(LARGE, MODELS, byName).context, null);
  }
});

Deno.test("settingsOf() lets a model's own settings win over those of every model", () => {
  const byName = {
    small: {
      ...NONE,
      slots: 2,
      args: ["-t", "4"],
      sampling: { top_k: 1 },
      thinking: "on" as const,
    },
    "*": {
      ...NONE,
      slots: 1,
      ttl: 60,
      pin: true,
      args: ["-t", "1"],
      thinking: "off" as const,
      sampling: { top_k: 20, temperature: 0.7 },
    },
  };
  const { slots, ttl, pin, args, thinking, sampling } = settingsOf(SMALL, MODELS, byName);
  assertEquals([slots, ttl, pin, args, thinking], [2, 60, true, ["-t", "1", "-t", "4"], "on"]);
  assertEquals(sampling, { top_k: 1, temperature: 0.7 });
  assertEquals(settingsOf(LARGE, MODELS, byName).thinking, "off");
});

Deno.test("settingsOf() gives nobody the aliases of every model", () => {
  assertEquals(settingsOf(SMALL, MODELS, { "*": { ...NONE, aliases: ["fast"] } }).aliases, []);
});

Deno.test("withAliases() adds the settings' names to the model's own", () => {
  const [small, large] = withAliases(MODELS, { small: { ...NONE, aliases: ["fast", "coder"] } });
  assertEquals(small?.aliases, ["small.gguf", "fast", "coder"]);
  assertEquals(large, LARGE);
});

Deno.test("unknownNames() tells which settings count for no model", () => {
  const byName = { small: NONE, "*": NONE, tiny: NONE };
  assertEquals(unknownNames(MODELS, byName), ["tiny"]);
});
