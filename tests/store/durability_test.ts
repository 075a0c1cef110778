import { assert, assertEquals } from "@std/assert";
import { type StoreFile, storeFile } from "./store_file.ts";
import { ANN, response } from "./samples.ts";

function writer(file: StoreFile, size = 0): Deno.Command {
  const script = new URL("writer.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, script, file.path, String(size)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Kills a writer when it has reported this often; gives the last number it reported. */
async function killedAfter(reports: number, file: StoreFile, size: number): Promise<number> {
  const child = writer(file, size).spawn();
  let text = "";
  let isRunning = true;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    // What it reports while the signal is on its way counts too.
    if (isRunning && text.split("\n").length > reports + 1) {
      child.kill("SIGKILL");
      isRunning = false;
    }
  }
  assertEquals([(await child.status).signal, await new Response(child.stderr).text()], [
    ...["SIGKILL", ""],
  ]);
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

for (const [reports, size] of [[3, 100_000], [400, 2_000], [900, 200]] as const) {
  Deno.test(`what a verb has returned survives a kill after ${reports} turns`, async () => {
    using file = storeFile();
    const last = await killedAfter(reports, file, size);
    assert(last >= reports - 1);
    const store = file.open();
    try {
      const first = Math.max(0, last - 400);
      for (let at = first; at <= last; at++) {
        assertEquals(store.responses.get(`resp_${at}`, ANN)?.text.length, size + 2);
        assert(store.conversations.item("conv", ANN, `item_${at}`));
      }
      const events = store.events.read("background", ANN, last - 2, 1e6) ?? [];
      assertEquals(events.slice(0, 3).map((batch) => batch.last), [last - 2, last - 1, last]);
      assert(store.usage.recent(2).some(({ requestId }) => requestId === `req_${last}`));
      assertEquals(store.responses.failUnfinished((text) => text), ["background"]);
    } finally {
      store.close();
    }
  });
}

Deno.test("`openStore()` refuses a file that another process uses, in a sentence", async () => {
  using file = storeFile();
  const store = file.open();
  try {
    const start = performance.now();
    const { code, stderr } = await writer(file).output();
    assert(performance.now() - start < 10_000);
    assertEquals(code, 1);
    assert(new TextDecoder().decode(stderr).includes("another Chaski is using it"));
    store.responses.put(response("resp_1"));
    assert(store.responses.get("resp_1", ANN));
  } finally {
    store.close();
  }
});
