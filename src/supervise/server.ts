/** A llama-server that Chaski runs: from a command line to a model that answers. */
import { ApiError } from "../protocol/error.ts";
import { type Llama, openLlama } from "../upstream/llama.ts";
import { controlWords } from "../upstream/control_words.ts";
import { readModels } from "../upstream/reading.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import { serverEnvironment } from "./environment.ts";
import { boundCommand } from "./bound_command.ts";
import {
  CANNOT_START,
  cannotLoad,
  type Exit,
  type LastWords,
  reasonOf,
  wantsAnotherPort,
} from "./failure.ts";
import { freePort } from "./free_port.ts";
import { type ServerProcess, startProcess } from "./server_process.ts";

/** What is run. */
export interface Run {
  /** The model's public id. */
  id: string;
  /** The path of llama-server. */
  program: string;
  /** Its command line. */
  args: (port: number) => readonly string[];
}

/** Where it is run, and what is told of it. */
export interface RunPlace {
  env: Readonly<Record<string, string>>;
  setpriv: string | null;
  /** Milliseconds that it may take to load. */
  patience: number;
  /** Milliseconds for a connection. */
  connectTimeout: number;
  /** A process was started; it is marked by `mark`. */
  onStart: (process: { pid: number; mark: string }) => void;
  /** It has ended; `lines` are its last ones. */
  onExit: (process: { mark: string; exit: Exit; lines: readonly string[] }) => void;
  onLine: (line: string) => void;
}

/** A llama-server that has loaded its model. */
export interface RunningServer {
  readonly llama: Llama;
  /** What llama-server says of the model. */
  readonly model: UpstreamModel;
  readonly process: ServerProcess;
  /** Ends the connections and the process. */
  stop(): Promise<void>;
}

/** How often a port may turn out to be taken. */
const PORTS = 3;

/**
 * Starts a llama-server and waits until it can answer.
 *
 * @param onProcess gets the process as soon as there is one
 * @throws {ApiError} in words for the client, or the signal's reason; then nothing runs any more
 */
export async function startServer(
  run: Run,
  place: RunPlace,
  { signal, onProcess }: { signal: AbortSignal; onProcess: (process: ServerProcess) => void },
): Promise<RunningServer> {
  for (let tries = 1;; tries++) {
    const port = freePort();
    const key = crypto.randomUUID();
    const process = spawned(run, place, { port, key });
    onProcess(process);
    const llama = openLlama({
      baseUrl: `http://127.0.0.1:${port}`,
      key,
      connectTimeout: place.connectTimeout,
    });
    const stop = async () => {
      await llama.close();
      await process.stop();
    };
    try {
      return { llama, process, stop, model: await loaded(run.id, llama, process, place, signal) };
    } catch (error) {
      await stop();
      const words = { exit: process.ended(), lines: process.lines() };
      if (signal.aborted) throw error;
      if (tries === PORTS || !wantsAnotherPort(words)) throw loadFailure(run.id, error, words);
    }
  }
}

/** A connection that broke says nothing of why; the last words of the process do. */
function loadFailure(id: string, cause: unknown, words: LastWords): ApiError {
  if (cause instanceof ApiError) return cause;
  const error = cannotLoad(id, reasonOf(words));
  error.cause = cause;
  return error;
}

function spawned(
  { id, program, args }: Run,
  { env, setpriv, onStart, onExit, onLine }: RunPlace,
  { port, key }: { port: number; key: string },
): ServerProcess {
  const mark = crypto.randomUUID();
  const bound = boundCommand(program, args(port), setpriv);
  let process: ServerProcess;
  try {
    process = startProcess({
      ...bound,
      env: serverEnvironment(env, { key, run: mark }),
      // Its answers may end in order. Where nothing else binds it, the group does.
      leads: setpriv !== null,
      onLine,
    });
  } catch (cause) {
    const error = cannotLoad(id, CANNOT_START);
    error.cause = cause;
    throw error;
  }
  onStart({ pid: process.pid, mark });
  process.exited.then((exit) => onExit({ mark, exit, lines: process.lines() }));
  return process;
}

/** Milliseconds between two looks; a tiny model is there after 100, a large one after minutes. */
const LOOK_EVERY = 100;
/** Milliseconds that one look may take. */
const LOOK_LIMIT = 5_000;

async function loaded(
  id: string,
  llama: Llama,
  process: ServerProcess,
  { patience }: RunPlace,
  signal: AbortSignal,
): Promise<UpstreamModel> {
  const failed = () => cannotLoad(id, reasonOf({ exit: process.ended(), lines: process.lines() }));
  for (const start = performance.now();;) {
    if (process.ended() !== null) throw failed();
    const look = AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMIT)]);
    try {
      await llama.getJson("/health", look);
      break;
    } catch {
      // Nothing that a look meets means more than that it is not there yet [H15].
      signal.throwIfAborted();
    }
    if (performance.now() - start > patience) throw failed();
    await pauseOrEnd(process);
  }
  const { models: [model] } = await readModels(llama, controlWords(llama), signal);
  if (model === undefined) throw failed();
  return model;
}

async function pauseOrEnd({ exited }: ServerProcess): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise((resolve) => timer = setTimeout(resolve, LOOK_EVERY));
  await Promise.race([exited, pause]);
  clearTimeout(timer);
}
