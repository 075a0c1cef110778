import { fileURLToPath } from "node:url";

/** What it is called among the cells. */
export const LOAD = "models swapped under load for a minute";

const TEST = fileURLToPath(new URL("../real/swap_load_test.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Runs the load test for a minute instead of its ten seconds; gives what went wrong. */
export async function runLoad(): Promise<string[]> {
  console.log(`\n${LOAD}`);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--frozen", "--config", CONFIG, TEST],
    env: { CHASKI_LONG: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  console.log(said);
  return success ? [] : [`${LOAD}: FAILED`];
}
