import { assertEquals } from "@std/assert";
import { cannotLoad } from "../../src/supervise/failure.ts";
import { modelNews } from "../../src/supervise/news.ts";

Deno.test("modelNews() keeps the last change of each model", () => {
  let now = 100;
  const news = modelNews(() => now++);
  assertEquals(news.last("a"), null);
  news.tell("a", "starting");
  news.tell("b", "failed", cannotLoad("b", "it is gone"));
  assertEquals(news.last("a"), { state: "loading", at: 100, error: null });
  assertEquals(news.last("b"), {
    ...{ state: "failed", at: 101, error: "Cannot load the model 'b': it is gone." },
  });
  news.tell("b", "starting");
  assertEquals(news.last("b"), { state: "loading", at: 102, error: null });
});

Deno.test("modelNews() tells every listener until it has heard enough", () => {
  const news = modelNews(() => 0);
  const heard: string[] = [];
  const stop = news.listen(({ id, state }) => {
    heard.push(`${id} ${state}`);
    if (state === "unloading") stop();
  });
  const other: string[] = [];
  news.listen(({ state }) => other.push(state));
  for (const change of ["starting", "ready", "stopping", "stopped"] as const) {
    news.tell("a", change);
  }
  assertEquals(heard, ["a loading", "a loaded", "a unloading"]);
  assertEquals(other, ["loading", "loaded", "unloading", "unloaded"]);
});
