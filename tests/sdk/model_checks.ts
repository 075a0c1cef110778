import { assert, assertEquals } from "@std/assert";
import { type Check, CONTEXT, MODEL, type SdkStage } from "./sdk_stage.ts";

/** The list of models. */
export const modelChecks: readonly Check[] = [
  { name: "`models.list()` names the one model", run: list },
  { name: "`models.retrieve()` gives one model", run: retrieve },
];

async function list({ client }: SdkStage): Promise<void> {
  const models = await Array.fromAsync(client.models.list());
  assertEquals(models.map(({ id, object }) => [id, object]), [[MODEL, "model"]]);
}

async function retrieve({ client }: SdkStage): Promise<void> {
  const model = await client.models.retrieve(MODEL);
  assertEquals([model.id, model.object], [MODEL, "model"]);
  // Chaski's own field: what one slot holds, not what the model was trained with.
  assert("context_length" in model);
  assertEquals(model.context_length, CONTEXT);
}
