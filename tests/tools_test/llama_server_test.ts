import { assertEquals, assertRejects } from "@std/assert";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { ToolError } from "../tools/tool_error.ts";

Deno.test("`findLlamaServer()` takes the executable that it is given", async () => {
  assertEquals(await findLlamaServer({ flag: Deno.execPath() }), Deno.execPath());
});

Deno.test("`findLlamaServer()` refuses a file that is not executable, and a missing one", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (const flag of [file, `${file}.missing`]) {
      await assertRejects(() => findLlamaServer({ flag }), ToolError, "not an executable file");
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("`startLlamaServer()` fails in a sentence when there is no such program", async () => {
  await assertRejects(
    () => startLlamaServer({ binary: "/nowhere/llama-server", model: "none" }),
    ToolError,
    "Cannot start llama-server:",
  );
});
