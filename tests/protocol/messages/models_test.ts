import { assertEquals } from "@std/assert";
import { anthropicModel, anthropicModelList } from "../../../src/protocol/messages/models.ts";
import type { ModelCard } from "../../../src/protocol/models.ts";

const CARD: ModelCard = {
  aliases: [],
  thinksUnasked: true,
  id: "tiny",
  created: 1000,
  context: 4096,
  vision: false,
  thinks: true,
  levels: false,
};

Deno.test("anthropicModelList() has Anthropic's shape", () => {
  const list = anthropicModelList([CARD, { ...CARD, id: "other" }]);
  assertEquals([list.first_id, list.last_id, list.has_more], ["tiny", "other", false]);
  assertEquals(list.data[0], anthropicModel(CARD));
  const { capabilities: _, ...model } = anthropicModel(CARD);
  assertEquals(model, {
    ...{ type: "model", id: "tiny", display_name: "tiny", created_at: "1970-01-01T00:16:40.000Z" },
    ...{ max_input_tokens: 4096, max_tokens: 4096, line: null },
    ...{ lifecycle: "active", deprecated_at: null, retires_at: null },
  });
  assertEquals(anthropicModelList([]), {
    data: [],
    has_more: false,
    first_id: null,
    last_id: null,
  });
});

Deno.test("anthropicModel() tells what the model can do", () => {
  const can = (card: Partial<ModelCard>) => {
    const { thinking, effort, image_input } = anthropicModel({ ...CARD, ...card }).capabilities;
    const { adaptive, disabled } = thinking.types;
    return [adaptive, disabled, effort.high, image_input].map(({ supported }) => supported);
  };
  assertEquals(can({}), [true, true, false, false]);
  assertEquals(can({ levels: true, vision: true }), [true, false, true, true]);
  assertEquals(can({ thinks: false }), [false, true, false, false]);
});
