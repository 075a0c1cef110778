import { assert, assertEquals } from "@std/assert";
import { type Target, targets, verdictOf } from "./targets.ts";

const target: Target = { figure: "fire_cpu_us", of: "value", first: 4, goal: 2.5 };

Deno.test("`verdictOf()` tells the goal, the first target and a miss apart, limits included", () => {
  assertEquals(verdictOf(2.5, target), "goal");
  assertEquals(verdictOf(2.51, target), "ok");
  assertEquals(verdictOf(4, target), "ok");
  assertEquals(verdictOf(4.01, target), "MISS");
});

Deno.test("`verdictOf()` misses where a figure was asked for and none came", () => {
  assertEquals(verdictOf(NaN, target), "MISS");
  assertEquals(verdictOf(Infinity, target), "MISS");
});

Deno.test("`verdictOf()` blames nobody for what was not asked for", () => {
  assertEquals(verdictOf(undefined, target), "unmeasured");
});

Deno.test("`targets` name a figure once per kind and ask no less as the goal", () => {
  const names = targets.map(({ figure, of }) => `${figure}/${of}`);
  assertEquals(new Set(names).size, names.length);
  for (const { figure, first, goal } of targets) assert(goal <= first, figure);
});

Deno.test("`targets` hold the two ratios to the reference", () => {
  const ratios = targets.filter(({ of }) => of === "ratio");
  assertEquals(ratios.map(({ figure, first, goal }) => [figure, first, goal]), [
    ["fire_cpu_us", 1.7, 1],
    ["hold200_cpu_us", 3, 2],
  ]);
});
