/** One model with its llama-server: starting, ready, stopping; what comes before and after is none. */
import type { ApiError } from "../protocol/error.ts";
import type { Memory } from "./evict.ts";
import { hasCrashed } from "./failure.ts";
import { loadError } from "./pool_errors.ts";
import type { RunningServer } from "./server.ts";
import type { ServerProcess } from "./server_process.ts";

/** A model that was looked at closely, and can be started. */
export interface Prepared {
  memory: Memory;
  pinned: boolean;
  /** Milliseconds of idleness after which it is stopped; Infinity for never. */
  ttl: number;
  start(signal: AbortSignal, onProcess: (process: ServerProcess) => void): Promise<RunningServer>;
  /** Called before it is stopped without need, while it still answers. */
  leave(server: RunningServer): Promise<void>;
}

/** A model that is kept running. */
export interface Entered {
  server: RunningServer;
  leave(): void;
}

export type ResidentState = "starting" | "ready" | "stopping";

export interface Resident {
  readonly id: string;
  readonly memory: Memory;
  readonly pinned: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  state(): ResidentState;
  /** The process, as soon as there is one. */
  process(): ServerProcess | null;
  /** The llama-server that has loaded the model. */
  server(): RunningServer | null;
  /** Milliseconds of `performance.now()`. */
  readonly lastUsed: number;
  users(): number;
  /** Keeps it running. Only when it is ready. */
  enter(): Entered;
  /** Stops it in order. Only when it is ready and nobody uses it. */
  stop(): void;
  /** Stops it at once; resolves when it is gone. */
  end(): Promise<void>;
}

export interface ResidentEvents {
  onState(state: ResidentState): void;
  /** It is gone. */
  onEnd(end: ResidentEnd): void;
  /** Nobody uses it any more. */
  onIdle(): void;
}

/** How it came to be gone: as was wanted, before it was ready, or after that. */
export type ResidentEnd = { why: "stopped" } | { why: "failed" | "crashed"; error: ApiError };

/** Starts a model. */
export function resident(
  id: string,
  { memory, pinned, ttl, start, leave }: Prepared,
  { onState, onEnd, onIdle }: ResidentEvents,
): Resident {
  const abort = new AbortController();
  let state: ResidentState = "starting";
  let process: ServerProcess | null = null;
  let server: RunningServer | null = null;
  let users = 0;
  let lastUsed = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(to: ResidentState): void {
    state = to;
    clearTimeout(timer);
    onState(to);
  }

  async function live(): Promise<void> {
    try {
      server = await start(abort.signal, (started) => process = started);
    } catch (error) {
      return onEnd(
        abort.signal.aborted ? { why: "stopped" } : { why: "failed", error: loadError(error) },
      );
    }
    change("ready");
    rest();
    await server.process.exited;
    clearTimeout(timer);
    // Its connections may wait for an answer for ever.
    await server.llama.close();
    const meant = state === "stopping" || abort.signal.aborted;
    onEnd(meant ? { why: "stopped" } : { why: "crashed", error: crashError(id, server.process) });
  }
  const gone = live();

  const hasEnded = () => server !== null && server.process.ended() !== null;

  function rest(): void {
    lastUsed = performance.now();
    clearTimeout(timer);
    if (ttl === Infinity) return;
    timer = setTimeout(() => users === 0 && state === "ready" && stop(), ttl);
  }

  function stop(): void {
    if (server === null) return;
    const running = server;
    change("stopping");
    void leave(running).catch(() => {}).then(() => running.stop());
  }

  return {
    ...{ id, memory, pinned, since: Date.now() },
    // Its end is seen at once, though its connections are still to be closed.
    state: () => state === "ready" && hasEnded() ? "stopping" : state,
    process: () => process,
    server: () => server,
    get lastUsed() {
      return users > 0 || state === "starting" ? performance.now() : lastUsed;
    },
    users: () => users,
    enter() {
      if (server === null) throw new Error(`Cannot enter ${id}: it does not run`);
      users++;
      clearTimeout(timer);
      let inside = true;
      return {
        server,
        leave() {
          if (!inside) return;
          inside = false;
          users--;
          if (users > 0 || hasEnded()) return;
          rest();
          onIdle();
        },
      };
    },
    stop,
    async end() {
      abort.abort();
      clearTimeout(timer);
      process?.kill();
      await gone;
    },
  };
}

function crashError(id: string, process: ServerProcess): ApiError {
  return hasCrashed(id, { exit: process.ended(), lines: process.lines() });
}
