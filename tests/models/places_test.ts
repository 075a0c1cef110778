import { assertEquals } from "@std/assert";
import { hubTokenPath, type Places, placesOf } from "../../src/models/places.ts";

function places(env: Record<string, string>, os: typeof Deno.build.os = "linux"): Places {
  return placesOf({ os, env, folders: [] });
}

const HOME = { HOME: "/home/ann" };
const SERVICE = "/usr/share/ollama/.ollama/models";

Deno.test("placesOf() knows the defaults of a platform", () => {
  assertEquals(placesOf({ os: "linux", env: HOME, folders: ["/b", "/a", "/b"] }), {
    folders: ["/b", "/a"],
    hub: "/home/ann/.cache/huggingface/hub",
    lmStudio: {
      pointer: "/home/ann/.lmstudio-home-pointer",
      homes: ["/home/ann/.lmstudio", "/home/ann/.cache/lm-studio"],
    },
    ollama: ["/home/ann/.ollama/models", SERVICE],
  });
  assertEquals(places(HOME, "darwin").ollama, ["/home/ann/.ollama/models"]);
  const windows = places({ USERPROFILE: "C:\\Users\\ann" }, "windows");
  assertEquals([windows.hub, windows.ollama], [
    "C:\\Users\\ann\\.cache\\huggingface\\hub",
    ["C:\\Users\\ann\\.ollama\\models"],
  ]);
});

const HUBS: [Record<string, string>, string | null][] = [
  [{ HF_HUB_CACHE: "/h", HF_HOME: "/x", XDG_CACHE_HOME: "/y" }, "/h"],
  [{ HF_HOME: "/x", XDG_CACHE_HOME: "/y" }, "/x/hub"],
  [{ XDG_CACHE_HOME: "/y" }, "/y/huggingface/hub"],
  [{ HF_HOME: "~/hf" }, "/home/ann/hf/hub"],
  [{ HF_HOME: "", HF_HUB_CACHE: " " }, "/home/ann/.cache/huggingface/hub"],
  [{ HOME: "" }, null],
  [{ HOME: "", HF_HOME: "/x" }, "/x/hub"],
];

for (const [env, hub] of HUBS) {
  Deno.test(`placesOf() finds Hugging Face's cache with ${JSON.stringify(env)}`, () => {
    assertEquals(places({ ...HOME, ...env }).hub, hub);
  });
}

Deno.test("placesOf() takes Ollama's folder where it is told, and does without a home", () => {
  assertEquals(places({ ...HOME, OLLAMA_MODELS: "/o" }).ollama, ["/o"]);
  const nowhere = places({});
  assertEquals([nowhere.lmStudio, nowhere.ollama], [null, [SERVICE]]);
});

const TOKENS: [Record<string, string>, string | null][] = [
  [{ HF_TOKEN_PATH: "/t", HF_HOME: "/x", HOME: "/home/ann" }, "/t"],
  [{ HF_HOME: "~/hf", HF_HUB_CACHE: "/h", HOME: "/home/ann" }, "/home/ann/hf/token"],
  [{ XDG_CACHE_HOME: "/c", HOME: "/home/ann" }, "/c/huggingface/token"],
  [HOME, "/home/ann/.cache/huggingface/token"],
  [{}, null],
];

for (const [env, expected] of TOKENS) {
  Deno.test(`hubTokenPath() is ${expected} with ${JSON.stringify(env)}`, () => {
    assertEquals(hubTokenPath({ os: "linux", env }), expected);
  });
}
