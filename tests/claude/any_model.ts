import { assert, assertEquals } from "@std/assert";
import { answeredBy } from "../clients/managed_folder.ts";
import { said } from "./said.ts";
import type { ManagedStage } from "./stage.ts";

/** `claude -p --model NAME` for every model of a folder that Chaski runs by itself. */
export async function anyModel({ claude, folder }: ManagedStage): Promise<void> {
  for (const name of folder.names) {
    // All its tools are 30,000 tokens, which the tiny model takes half a minute to read.
    const run = await claude.run("--tools", "Bash", "--model", name, "Say something. [[plain]]");
    assertEquals(run.code, 0, run.stderr);
    assert(said(run));
    await answeredBy(folder, name);
  }
}
