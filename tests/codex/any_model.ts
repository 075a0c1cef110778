import { assert, assertEquals } from "@std/assert";
import { answeredBy } from "../clients/managed_folder.ts";
import { completedItems, errorMessages } from "./codex_events.ts";
import type { ManagedStage } from "./stage.ts";

/** `codex exec -m NAME` for every model of a folder that Chaski runs by itself. */
export async function anyModel({ codex, folder }: ManagedStage): Promise<void> {
  for (const name of folder.names) {
    const run = await codex.exec("-m", name, "Say something. [[plain]]");
    assertEquals([run.code, errorMessages(run.events)], [0, []], run.stderr);
    assert(completedItems(run.events, "agent_message").length > 0, JSON.stringify(run.events));
    assert(!run.stderr.includes("metadata"), run.stderr);
    await answeredBy(folder, name);
  }
}
