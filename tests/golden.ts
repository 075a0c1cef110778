/** Golden files: what was right once, reviewed in diffs. */
import { assertEquals } from "@std/assert";

/** Compares text with `tests/golden/<name>`; `UPDATE_GOLDEN=1` writes the file first. */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(`./golden/${name}`, import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    await Deno.mkdir(new URL(".", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  assertEquals(text, await Deno.readTextFile(file));
}
