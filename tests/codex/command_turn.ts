import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completedItems, errorMessages } from "./codex_events.ts";
import { toolOutputs } from "../clients/offered.ts";
import type { FakeStage, RealStage } from "./stage.ts";

/** A turn in which the model runs a command and answers after it has seen the output. */
export async function commandTurn({ codex, recorder }: RealStage): Promise<void> {
  const run = await codex.exec("[[tool]] Run a command.");
  assertEquals(run.code, 0, run.stderr);
  // The tiny model's command is a city's name, so the output is the shell's complaint.
  const [command] = completedItems(run.events, "command_execution");
  assert(command?.aggregated_output, JSON.stringify(run.events));
  assert(completedItems(run.events, "agent_message").length > 0, JSON.stringify(run.events));
  assertEquals(toolOutputs(recorder.requests[0]), []);
  const [output, ...others] = toolOutputs(recorder.requests.at(-1));
  assertStringIncludes(output ?? "", command.aggregated_output.trim());
  assertEquals(others, []);
}

/** A turn that ends with one message of the model. */
export async function textTurn({ codex, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Say something.");
  assertEquals(run.code, 0, run.stderr);
  assertEquals(
    completedItems(run.events, "agent_message").map(({ text }) => text),
    ["Hello from the fake."],
  );
  // Neither a retry nor a catalogue that could not be used.
  assertEquals(errorMessages(run.events), []);
  assertEquals(fake.requests.length, 1);
  assertStringIncludes(fake.requests[0]?.bodyText ?? "", "Say something.");
}
