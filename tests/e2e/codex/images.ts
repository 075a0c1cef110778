import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { text, toolCall } from "../../fake_llama/answers.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { chatMessages } from "../../clients/offered.ts";
import { PICTURE } from "../../clients/picture.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** A picture, which the user attaches or the model looks at. */
export const images: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "an image for a model that sees",
    options: { fake: { vision: true } },
    run: seen,
  },
  { upstream: "fake", name: "an image for a model that is blind", run: unseen },
  {
    upstream: "fake",
    name: "an image as a tool's output",
    options: { fake: { vision: true } },
    run: viewed,
  },
];

async function seen(stage: FakeStage): Promise<void> {
  const parts = await lastParts(stage);
  const pictures = parts.filter(({ type }) => type === "image_url");
  assertEquals(pictures.length, 1);
  assertStringIncludes(JSON.stringify(pictures), "data:image/png;base64,iVBORw0KGgo");
}

async function unseen(stage: FakeStage): Promise<void> {
  const parts = await lastParts(stage);
  assertEquals(parts.filter(({ type }) => type === "image_url"), []);
  // The model is told that there was one.
  assertStringIncludes(JSON.stringify(parts), "image");
}

async function viewed({ codex, fake }: FakeStage): Promise<void> {
  const path = await codex.workspace.write("repository/picture.png", PICTURE);
  fake.reply(toolCall("view_image", { path }));
  fake.reply(text("It is grey."));
  assertEquals(said(await codex.exec("Look at the picture.")), ["It is grey."]);
  const asked = JSON.stringify(chatMessages(fake.requests[1]?.body));
  assertStringIncludes(asked, "data:image/png;base64,iVBORw0KGgo");
}

/** Attaches the picture to a question and gives the parts of the user's last message upstream. */
async function lastParts({ codex, fake }: FakeStage): Promise<{ type: string }[]> {
  fake.reply(text("It is grey."));
  const path = await codex.workspace.write("picture.png", PICTURE);
  assertEquals(said(await codex.exec("--image", path, "--", "Which colour?")), ["It is grey."]);
  assertEquals(fake.requests.length, 1);
  const message = chatMessages(fake.requests[0]?.body).findLast(({ role }) => role === "user");
  assertStringIncludes(JSON.stringify(message), "Which colour?");
  const content = message?.["content"];
  if (typeof content === "string") return [{ type: "text", ...{ text: content } }];
  assert(Array.isArray(content));
  return content;
}
