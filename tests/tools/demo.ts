/**
 * `deno task demo`: Chaski over a real llama-server with a tiny model, one streamed request with its
 * events, and what to give Codex.
 */
import { reasonOf } from "./cache.ts";
import { guide } from "./demo/guide.ts";
import { aborted, interruption } from "./demo/interruption.ts";
import { logLine } from "./demo/log_line.ts";
import { type DemoOptions, HELP, readOptions } from "./demo/options.ts";
import { MODEL, type Parts, startParts } from "./demo/parts.ts";
import { QUESTION, showRequest } from "./demo/request.ts";
import { type Screen, standardOutput } from "./demo/screen.ts";

/** A signal, or the end of a server, may be heard of a little later than what it causes. */
const LAG_MS = 500;

Deno.exit(await demo(Deno.args));

/** Runs the demonstration; resolves to the exit code. */
async function demo(args: readonly string[]): Promise<number> {
  const signal = interruption();
  const screen = standardOutput();
  try {
    const options = readOptions(args);
    if (options.help) screen.write(HELP);
    else await run(options, screen, signal);
    return 0;
  } catch (error) {
    if (await hasAborted(signal)) return 130;
    console.error(`\ndemo: ${reasonOf(error)}`);
    return 1;
  }
}

async function run(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  // The servers are on this machine, so a proxy that the environment names has no part in it.
  Deno.env.set("NO_PROXY", "127.0.0.1");
  screen.write(`\n${screen.bold("Chaski: a demonstration on real parts")}\n\n`);
  await using parts = await startParts(options, screen, signal);
  const place = { url: parts.chaski.url, model: MODEL };
  screen.write(`\n${screen.bold("A streamed request: POST /v1/responses")}\n`);
  screen.write(`  with the tool get_weather(city) and the input "${QUESTION}"\n`);
  screen.write("  The events are real; the words, the tiny model's, are nonsense.\n\n");
  await whileAlive(parts, signal, showRequest(place, screen));
  screen.write(guide(place, screen));
  if (!options.once) await serve(parts, screen, signal);
}

/** Shows what Chaski logs until the user ends it. */
async function serve(parts: Parts, screen: Screen, signal: AbortSignal): Promise<void> {
  screen.write(`\n${screen.bold("Serving")} ${parts.chaski.url}/v1 until Ctrl-C\n\n`);
  parts.chaski.onLog((line) => screen.write(`${logLine(line, screen)}\n`));
  try {
    await whileAlive(parts, signal, new Promise<never>(() => {}));
  } catch (error) {
    if (!await hasAborted(signal)) throw error;
  }
}

/** Does `work` unless the user ends it or a server dies, which explains more than its own failure. */
async function whileAlive(parts: Parts, signal: AbortSignal, work: Promise<void>): Promise<void> {
  const end = Promise.race([parts.died, aborted(signal)]);
  try {
    await Promise.race([work, end]);
  } catch (error) {
    await Promise.race([end, delay(LAG_MS)]);
    throw error;
  }
}

async function hasAborted(signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < LAG_MS && !signal.aborted; waited += 20) await delay(20);
  return signal.aborted;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
