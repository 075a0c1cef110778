/** The custom tools that Codex sends, out of its recorded requests. */
const FIXTURES = new URL("../fixtures/codex/", import.meta.url);

export interface RecordedTool {
  name: string;
  description: string;
  format: { type: "grammar"; syntax: "lark"; definition: string };
}

export const applyPatch = recorded("02-first-turn-catalog-apply-patch.json");
export const exec = recorded("26-responses-lite-additional-tools.json");

function recorded(file: string): RecordedTool {
  const pending: unknown[] = [JSON.parse(Deno.readTextFileSync(new URL(file, FIXTURES)))];
  while (true) {
    const value = pending.pop();
    if (value === undefined) throw new Error(`Cannot find a custom tool in ${file}`);
    if (typeof value !== "object" || value === null) continue;
    if ("type" in value && value.type === "custom" && "format" in value) {
      return value as unknown as RecordedTool;
    }
    pending.push(...Object.values(value).filter((member) => member !== undefined));
  }
}
