import { chatChecks } from "./chat_checks.ts";
import { completionChecks } from "./completion_checks.ts";
import { compactionChecks } from "./compaction_checks.ts";
import { errorChecks } from "./error_checks.ts";
import { modelChecks } from "./model_checks.ts";
import { reasoningChecks } from "./reasoning_checks.ts";
import { referenceChecks } from "./reference_checks.ts";
import { schemaChecks } from "./schema_checks.ts";
import { onSdkStage } from "./sdk_stage.ts";
import { socketChecks } from "./socket_checks.ts";
import { stateChecks } from "./state_checks.ts";
import { textChecks } from "./text_checks.ts";
import { toolChecks } from "./tool_checks.ts";
import { toolFormChecks } from "./tool_form_checks.ts";

const checks = [
  ...textChecks,
  ...toolChecks,
  ...toolFormChecks,
  ...reasoningChecks,
  ...schemaChecks,
  ...chatChecks,
  ...completionChecks,
  ...modelChecks,
  ...stateChecks,
  ...referenceChecks,
  ...compactionChecks,
  ...socketChecks,
  ...errorChecks,
];

for (const template of ["qwen3", "qwen3.5", "gpt-oss"]) {
  Deno.test(`the OpenAI SDK over ${template}`, (t) =>
    onSdkStage(template, async (stage) => {
      for (const { name, templates = [template], run } of checks) {
        if (templates.includes(template)) await t.step(name, () => run(stage));
      }
    }));
}
