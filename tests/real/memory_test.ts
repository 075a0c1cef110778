/** What a model is said to take, held against what a real llama-server takes. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { demandOf } from "../../src/models/demand.ts";
import { CACHE_TYPES, cacheBytes } from "../../src/models/kv_cache.ts";
import { readGguf } from "../../src/models/read_gguf.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

const MIB = 1024 ** 2;
const CONTEXT = 32_768;
const SLOTS = 2;

/** The MiB that llama-server tells of in its log, by what they are for. */
async function logged(model: string, type: string) {
  const folder = await Deno.makeTempDir({ prefix: "chaski-memory-" });
  const log = join(folder, "log");
  try {
    const types = ["-ctk", type, "-ctv", type, "-c", `${CONTEXT * SLOTS}`, "-np", `${SLOTS}`];
    const args = [...types, "--log-file", log, "--log-verbosity", "4"];
    await using _ = await startLlamaServer({ binary: await findLlamaServer(), model, args });
    const text = await Deno.readTextFile(log);
    const sum = (what: string) =>
      [...text.matchAll(new RegExp(`${what} buffer size = +([\\d.]+) MiB`, "g"))]
        .reduce((all, [, size]) => all + Number(size), 0);
    return { cache: sum("KV"), compute: sum("compute") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const type of CACHE_TYPES) {
  Deno.test(`cacheBytes() is what llama-server takes for ${type}`, async () => {
    const model = await tinyModel({ template: "qwen3" });
    const header = await readGguf(model);
    const use = { context: CONTEXT, slots: SLOTS, type, batch: 512 };
    const { cache, compute } = await logged(model, type);
    assertEquals(cache.toFixed(2), ((cacheBytes(header, use) ?? 0) / MIB).toFixed(2));
    const { beside } = demandOf({ weights: 0, header, projector: 0, draft: null }, use, 1);
    assert(compute > 0 && compute * MIB <= beside);
  });
}
