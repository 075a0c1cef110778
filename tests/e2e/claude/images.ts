import { assertEquals, assertStringIncludes } from "@std/assert";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { chatMessages } from "../../clients/offered.ts";
import { PICTURE } from "../../clients/picture.ts";
import { text, toolCall } from "../../fake_llama/answers.ts";
import type { FakeScenario } from "./scenario.ts";

/** A picture that the model looks at. */
export const images: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "an image for a model that sees",
    options: { fake: { vision: true } },
    run: seen,
  },
  { upstream: "fake", name: "an image for a model that is blind", run: unseen },
];

async function seen(stage: FakeStage): Promise<void> {
  assertStringIncludes(await asked(stage), "data:image/png;base64,iVBORw0KGgo");
}

async function unseen(stage: FakeStage): Promise<void> {
  const messages = await asked(stage);
  assertEquals(messages.includes("image_url"), false);
  // The model is told that there was one.
  assertStringIncludes(messages, "[image");
}

/** The messages after the picture was read. */
async function asked({ claude, fake }: FakeStage): Promise<string> {
  const file_path = await claude.workspace.write("repository/picture.png", PICTURE);
  fake.reply(toolCall("Read", { file_path }));
  fake.reply(text("It is grey."));
  assertEquals(said(await claude.run("Which colour has the picture?")), "It is grey.");
  assertEquals(fake.requests.length, 2);
  return JSON.stringify(chatMessages(fake.requests[1]?.body));
}
