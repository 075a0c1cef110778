/** What is kept of the llama-servers that run: their processes in the store, their words in files. */
import { join } from "node:path";
import type { Facts, Log } from "../log.ts";
import type { Processes } from "../store/local.ts";
import { type LogFile, openLogFile } from "../supervise/log_file.ts";
import type { RunPlace } from "../supervise/server.ts";

/** Lines that Chaski's own log tells of a failure. */
const LAST_LINES = 20;

export interface Runs {
  /** What is to be told of the processes of a model. */
  of(id: string): Pick<RunPlace, "onStart" | "onExit" | "onLine">;
  /** The last words of the model's process that has ended, once; for Chaski's own log. */
  takeWords(id: string): Facts;
}

/** @param dataDir null: no files are written */
export function keepRuns(processes: Processes, dataDir: string | null, log: Log): Runs {
  const words = new Map<string, Facts>();
  return {
    of(id) {
      let file: LogFile | null = null;
      return {
        onStart({ pid, mark }) {
          const startedAt = Math.floor(Date.now() / 1000);
          const started = { mark, pid, startedAt, model: id };
          orWarn("remember a process", log, () => processes.put(started));
          log.info(`llama-server ${pid} loads ${id}`, { pid, model: id });
          file = dataDir === null ? null : openedFile(id, dataDir, log);
        },
        onLine(line) {
          file?.write(line);
          log.debug(`${id}: ${line}`);
        },
        onExit({ mark, lines }) {
          file?.close();
          const log_file = file?.path;
          words.set(id, { tail: lines.slice(-LAST_LINES), ...(log_file && { log_file }) });
          orWarn("forget a process", log, () => processes.remove(mark));
        },
      };
    },
    takeWords(id) {
      const taken = words.get(id) ?? {};
      words.delete(id);
      return taken;
    },
  };
}

function openedFile(id: string, dataDir: string, log: Log): LogFile | null {
  const keep = `keep the output of ${id}`;
  const onError = (cause: unknown) => log.warn(`Cannot ${keep}: ${cause}`);
  return orWarn(keep, log, () => openLogFile(join(dataDir, "logs"), id, onError));
}

/** What cannot be kept fails no model. */
function orWarn<T>(what: string, log: Log, work: () => T): T | null {
  try {
    return work();
  } catch (cause) {
    log.warn(`Cannot ${what}: ${cause instanceof Error ? cause.message : cause}`);
    return null;
  }
}
