import { anthropicErrorChecks } from "./anthropic_error_checks.ts";
import { anthropicInputChecks } from "./anthropic_input_checks.ts";
import { anthropicSchemaChecks } from "./anthropic_schema_checks.ts";
import { onAnthropicStage } from "./anthropic_stage.ts";
import { anthropicTextChecks } from "./anthropic_text_checks.ts";
import { anthropicThinkingChecks } from "./anthropic_thinking_checks.ts";
import { anthropicToolChecks } from "./anthropic_tool_checks.ts";

const checks = [
  ...anthropicTextChecks,
  ...anthropicToolChecks,
  ...anthropicThinkingChecks,
  ...anthropicSchemaChecks,
  ...anthropicInputChecks,
  ...anthropicErrorChecks,
];

for (const template of ["qwen3", "qwen3.5", "gpt-oss"]) {
  Deno.test(`Anthropic's SDK over ${template}`, (t) =>
    onAnthropicStage(template, async (stage) => {
      for (const { name, templates = [template], run } of checks) {
        if (templates.includes(template)) await t.step(name, () => run(stage));
      }
    }));
}
