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
  const kept = (what: string, work: () => void) => {
    try {
      work();
    } catch (cause) {
      log.warn(`Cannot ${what}: ${cause instanceof Error ? cause.message : cause}`);
    }
  };
  const opened = (id: string): LogFile | null => {
    let file: LogFile | null = null;
    const keep = `keep the output of ${id}`;
    kept(keep, () => {
      const folder = dataDir && join(dataDir, "logs");
      if (folder) file = openLogFile(folder, id, (cause) => log.warn(`Cannot ${keep}: ${cause}`));
    });
    return file;
  };

  return {
    of(id) {
      let file: LogFile | null = null;
      return {
        onStart({ pid, mark }) {
          file = opened(id);
          log.info(`llama-server ${pid} loads ${id}`, { pid, model: id });
          const startedAt = Math.floor(Date.now() / 1000);
          kept("remember a process", () => processes.put({ mark, pid, startedAt, model: id }));
        },
        onLine(line) {
          file?.write(line);
          log.debug(`${id}: ${line}`);
        },
        onExit({ mark, lines }) {
          file?.close();
          const log_file = file?.path;
          words.set(id, { tail: lines.slice(-LAST_LINES), ...(log_file && { log_file }) });
          kept("forget a process", () => processes.remove(mark));
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
