import { assertEquals } from "@std/assert";
import { capabilitiesOf } from "../../src/models/capabilities.ts";
import { groupParts } from "../../src/models/files.ts";
import type { GgufHeader } from "../../src/models/gguf_header.ts";
import { toModels } from "../../src/models/model.ts";
import { templateNames } from "../tools/tiny_model.ts";
import { gguf, readPieces, scalar, text, u32Value, type Value } from "./gguf_writer.ts";
import { found, modelHeader, projectorHeader } from "./model_files.ts";

/** What stands at these paths, with which headers. */
function models(files: Record<string, GgufHeader | null>, identities: Record<string, string> = {}) {
  const groups = groupParts(
    Object.keys(files).map((path) => found(path, { identity: identities[path] ?? path })),
  );
  return toModels(groups.map((group) => {
    const path = group.files[0].path.slice(3);
    return { group, header: group.hasFirst ? files[path] ?? null : null };
  }));
}

/** Model → its projector. */
function joined(files: Record<string, GgufHeader | null>): string[] {
  return models(files).map(({ id, projector }) => `${id} ${projector?.path.slice(3) ?? "–"}`);
}

const MODEL = modelHeader();
const PROJECTOR = projectorHeader();

Deno.test("toModels() sums the parts of a model, and says what is missing [LP05] [LP24]", () => {
  const [whole, half, headless] = models({
    "x-Q8_0-00001-of-00002.gguf": MODEL,
    "x-Q8_0-00002-of-00002.gguf": null,
    "y-00001-of-00003.gguf": MODEL,
    "z-00002-of-00002.gguf": null,
  });
  assertEquals([whole?.size, whole?.complete, whole?.files.length], [200, true, 2]);
  assertEquals([half?.id, half?.complete, half?.parts], ["y:Q4_K_M", false, 3]);
  assertEquals([headless?.id, headless?.header, headless?.can], ["z", null, []]);
});

Deno.test("toModels() takes one file under several names for one model [MD06]", () => {
  const same = { "a/x-F16.gguf": "1", "b/y-F16.gguf": "1" };
  const found = models({ "a/x-F16.gguf": MODEL, "b/y-F16.gguf": MODEL }, same);
  assertEquals(found.map(({ id, aliases }) => [id, ...aliases]), [
    ["x:F16", "x-F16.gguf", "x-F16", "y-F16.gguf", "y-F16"],
  ]);
});

Deno.test("toModels() leaves out what is no model [MD11]", () => {
  const typed = (type: string) => modelHeader({ "general.type": text(type) });
  const bare = readPieces(gguf({ "general.architecture": text("llama") }, { tensors: 0 }));
  const split = { "general.architecture": text("llama"), "split.count": scalar("u16", 1) };
  const first = readPieces(gguf(split, { tensors: 0 }));
  const found = models({
    "adapter.gguf": typed("adapter"),
    "imatrix.gguf": typed("imatrix"),
    "mmproj.gguf": PROJECTOR,
    "vocab.gguf": bare,
    "first.gguf": first,
    "model-named-mmproj.gguf": typed("model"),
  });
  assertEquals(found.map(({ id }) => id), ["first", "model-named-mmproj:Q4_K_M"]);
});

Deno.test("toModels() joins a projector of the folder or of one above, never of another [MD13]", () => {
  assertEquals(joined({ "v/x-F16.gguf": MODEL, "v/mmproj-F16.gguf": PROJECTOR }), [
    "x:F16 v/mmproj-F16.gguf",
  ]);
  assertEquals(joined({ "v/BF16/x-BF16.gguf": MODEL, "v/mmproj-F16.gguf": PROJECTOR }), [
    "x:BF16 v/mmproj-F16.gguf",
  ]);
  assertEquals(joined({ "v/x-F16.gguf": MODEL, "w/mmproj-F16.gguf": PROJECTOR }), ["x:F16 –"]);
});

Deno.test("toModels() joins one projector to all quantisations, of several the best", () => {
  const files = {
    "x-F16.gguf": MODEL,
    "x-Q8_0.gguf": MODEL,
    "mmproj-x-BF16.gguf": PROJECTOR,
    "mmproj-x-F16.gguf": PROJECTOR,
    "mmproj-x-F32.gguf": PROJECTOR,
  };
  assertEquals(joined(files), ["x:F16 mmproj-x-F16.gguf", "x:Q8_0 mmproj-x-F16.gguf"]);
});

Deno.test("toModels() joins no projector of another width", () => {
  const wide = projectorHeader({ "clip.vision.projection_dim": u32Value(4096) });
  assertEquals(joined({ "x.gguf": MODEL, "mmproj.gguf": wide }), ["x:Q4_K_M –"]);
});

Deno.test("toModels() goes by the name where a folder holds several models", () => {
  assertEquals(
    joined({
      "gemma-3-4b-it-Q4_K_M.gguf": MODEL,
      "qwen3-4b-Q4_K_M.gguf": MODEL,
      "mmproj-gemma-3-4b-it-F16.gguf": PROJECTOR,
    }),
    ["gemma-3-4b-it:Q4_K_M mmproj-gemma-3-4b-it-F16.gguf", "qwen3-4b:Q4_K_M –"],
  );
  const named = (name: string) => ({ "general.name": text(name) });
  assertEquals(
    joined({
      "a.gguf": modelHeader(named("Gemma 3 4B")),
      "b.gguf": modelHeader(named("Qwen 3")),
      "mmproj-F16.gguf": projectorHeader(named("gemma 3 4b")),
    }),
    ["a:Q4_K_M mmproj-F16.gguf", "b:Q4_K_M –"],
  );
});

function can(entries: Record<string, Value>, projector: GgufHeader | null = null): string {
  return capabilitiesOf(modelHeader(entries), projector?.projector ?? null).join(" ");
}

Deno.test("capabilitiesOf() tells what a model is for", () => {
  assertEquals(can({}), "chat");
  assertEquals(can({ "llama.pooling_type": u32Value(0) }), "chat");
  assertEquals(can({ "llama.pooling_type": u32Value(3) }), "embed");
  assertEquals(can({ "llama.pooling_type": u32Value(4) }), "rerank");
  assertEquals(can({ "general.architecture": text("nomic-bert") }), "embed");
  assertEquals(can({}, PROJECTOR), "chat vision");
  const hearing = projectorHeader({
    "clip.has_vision_encoder": scalar("bool", 0),
    "clip.has_audio_encoder": scalar("bool", 1),
  });
  assertEquals(can({}, hearing), "chat audio");
  const template = text("{% if tools %}{{ tools }}{% endif %}");
  assertEquals(can({ "tokenizer.chat_template.tool_use": template }), "chat tools");
});

const DO_NOT_THINK = ["chatml", "mistral-small-3.2", "qwen2.5", "qwen3-coder"];
const NO_TOOLS = ["chatml"];

Deno.test("capabilitiesOf() reads tools and thinking off real templates", async () => {
  for (const name of templateNames()) {
    const template = new URL(`../tools/templates/${name}.jinja`, import.meta.url);
    const told = can({ "tokenizer.chat_template": text(await Deno.readTextFile(template)) });
    const tools = NO_TOOLS.includes(name) ? "" : " tools";
    const thinking = DO_NOT_THINK.includes(name) ? "" : " thinking";
    assertEquals([name, told], [name, `chat${tools}${thinking}`]);
  }
});
