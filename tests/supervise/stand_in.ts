/**
 * A program in the place of llama-server, for what a real one cannot be made to do: the fake, as a
 * process of its own.
 *
 * - `--port N` is where it listens, from its first moment on, as llama-server does
 * - `--load MS` is how long every path answers that the model is loading
 * - `--say LINE` is written first; with `--end CODE` it ends then
 * - `--stubborn` makes it deaf to SIGTERM
 * - `--crash` has it end when it is asked for an answer, before a word of that
 * - `--mute` has it end when it is asked what it serves
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import type { Run } from "../../src/supervise/server.ts";
import { FakeLlama } from "../fake_llama.ts";

/** How it is started, with flags of those above. */
export function standIn(...flags: string[]): Pick<Run, "program" | "args"> {
  const here = fileURLToPath(import.meta.url);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const run = ["run", "-A", "--no-check", "--config", config, here, ...flags];
  return { program: Deno.execPath(), args: (port) => [...run, "--port", String(port)] };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ port: { type: "string", default: "0" }, load: { type: "string", default: "0" } },
      ...{ say: { type: "string" }, end: { type: "string" } },
      ...{ stubborn: { type: "boolean" }, crash: { type: "boolean" } },
      mute: { type: "boolean" },
    },
  });
  if (values.say !== undefined) console.error(values.say);
  if (values.end !== undefined) Deno.exit(Number(values.end));
  if (values.stubborn) Deno.addSignalListener("SIGTERM", () => {});
  const fake = await FakeLlama.start({ port: Number(values.port) });
  if (values.crash) fake.always("POST /v1/chat/completions", () => Deno.exit(134));
  if (values.mute) fake.always("GET /v1/models", () => Deno.exit(134));
  fake.loading = true;
  setTimeout(() => fake.loading = false, Number(values.load));
}

if (import.meta.main) await main();
