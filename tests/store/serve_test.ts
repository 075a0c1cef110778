import { assert, assertEquals, assertRejects } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { FakeLlama } from "../fake_llama.ts";

Deno.test("serve() keeps its store in the data directory, to itself", async () => {
  await using fake = await FakeLlama.start();
  const folder = await Deno.makeTempDir({ prefix: "chaski-data-" });
  const args = ["--data-dir", folder];
  try {
    {
      await using chaski = await startChaski({ upstream: fake.url, args });
      await assertRejects(
        () => startChaski({ upstream: fake.url, args }),
        Error,
        `Cannot open ${folder}/chaski.db: another Chaski is using it.`,
      );
      chaski.kill("SIGTERM");
      assertEquals(await chaski.exited, 0);
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["chaski.db", "seal.key"]);
    await using again = await startChaski({ upstream: fake.url, args });
    assert(again.url);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("serve() does not start on a file that is no database of Chaski", async () => {
  await using fake = await FakeLlama.start();
  const folder = await Deno.makeTempDir({ prefix: "chaski-data-" });
  try {
    await Deno.writeTextFile(`${folder}/chaski.db`, "Hello\n".repeat(1000));
    const args = ["--data-dir", folder];
    const error = await assertRejects(() => startChaski({ upstream: fake.url, args }), Error);
    const told = error.message.trimEnd().split("\n").at(-1) ?? "";
    assert(/Cannot use \S+chaski\.db: it is no database of Chaski/.test(told), told);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
