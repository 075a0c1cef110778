/** A pool over models that are nothing but promises: each loads, crashes and ends when the test says. */
import { assert, fail } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import type { Memory, Room } from "../../src/supervise/evict.ts";
import type { Exit } from "../../src/supervise/failure.ts";
import { modelPool, type Pool } from "../../src/supervise/pool.ts";
import type { Entered, Prepared } from "../../src/supervise/resident.ts";
import type { RunningServer } from "../../src/supervise/server.ts";
import type { ServerProcess } from "../../src/supervise/server_process.ts";

/** One run of a model. */
export interface FakeRun {
  /** It has loaded. */
  ready(): Promise<void>;
  /** It cannot be loaded. */
  fail(error: ApiError): Promise<void>;
  /** Its process ends by itself. */
  crash(): Promise<void>;
}

export interface PoolStage {
  pool: Pool;
  /** What became of which model, in order: `a starting`, `a ready`. */
  changes: string[];
  /** The last run of a model, which must have been started. */
  run(id: string): FakeRun;
  /** How often a model was started. */
  starts(id: string): number;
  /** Asks for a model; notes when it is granted or refused. */
  ask(name: string, signal?: AbortSignal): Asked;
  /** Names of requests in the order in which they were granted. */
  granted: string[];
  clock: { now: number };
}

export interface Asked {
  /** The model, once it runs. */
  entered: Promise<Entered>;
  /** The error that it was refused with; fails where it was granted. */
  refused(): Promise<{ status: number; code: string | null | undefined; message: string }>;
  /** Leaves it again, once it was entered. */
  leave(): Promise<void>;
}

export interface PoolSettings {
  room?: Partial<Memory> & { most?: number };
  /** What single models are like. */
  models?: Record<string, Partial<Pick<Prepared, "memory" | "pinned" | "ttl">>>;
  /** Looks at a model before it is started. */
  prepare?: (id: string) => Promise<void>;
}

const open = new AbortController().signal;

/** Long enough for everything that happens without waiting for anything. */
export const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

export function poolStage({ room = {}, models = {}, prepare }: PoolSettings = {}): PoolStage {
  const runs = new Map<string, FakeRun[]>();
  const changes: string[] = [];
  const granted: string[] = [];
  const clock = { now: 0 };
  const { ram = Infinity, vram = Infinity, most = Infinity } = room;
  const all: Room = { memory: { ram, vram }, most };
  const pool = modelPool({
    now: () => clock.now,
    async prepare(id) {
      await prepare?.(id);
      const memory = { ram: 1, vram: 0 };
      return { memory, pinned: false, ttl: Infinity, ...models[id], ...fakeModel(id, runs) };
    },
    room: () => Promise.resolve(all),
    onChange: (id, state) => void changes.push(`${id} ${state}`),
  });
  return {
    ...{ pool, changes, granted, clock },
    starts: (id) => runs.get(id)?.length ?? 0,
    run(id) {
      const run = runs.get(id)?.at(-1);
      assert(run !== undefined, `${id} was not started: ${changes.join(", ")}`);
      return run;
    },
    ask(name, signal = open) {
      // `a2` asks for the model `a`.
      const entered = pool.enter(name.replace(/\d+$/, ""), signal);
      entered.then(() => granted.push(name), () => {});
      return {
        entered,
        refused: () => entered.then(() => fail(`${name} was granted`), toldError),
        leave: async () => {
          (await entered).leave();
          await settle();
        },
      };
    },
  };
}

function toldError(error: unknown) {
  assert(error instanceof ApiError, String(error));
  const { status, code, message } = error;
  return { status, code, message };
}

function fakeModel(id: string, runs: Map<string, FakeRun[]>): Pick<Prepared, "start" | "leave"> {
  return {
    leave: () => Promise.resolve(),
    start(signal, onProcess) {
      const { process, end } = fakeProcess();
      onProcess(process);
      const loaded = Promise.withResolvers<RunningServer>();
      const then = (act: () => void) => async () => {
        act();
        await settle();
      };
      const server = {
        ...{ process, stop: process.stop, llama: { close: () => Promise.resolve() } },
        model: { id },
      } as unknown as RunningServer;
      void process.exited.then(() => loaded.reject(signal.reason));
      runs.set(id, [...runs.get(id) ?? [], {
        ready: then(() => loaded.resolve(server)),
        fail: (error) => then(() => loaded.reject(error))(),
        crash: then(() => end({ code: 139, signal: "SIGSEGV" })),
      }]);
      return loaded.promise;
    },
  };
}

function fakeProcess() {
  const exited = Promise.withResolvers<Exit>();
  let exit: Exit | null = null;
  const end = (how: Exit) => {
    exit ??= how;
    exited.resolve(exit);
  };
  const process: ServerProcess = {
    pid: 1,
    exited: exited.promise,
    ended: () => exit,
    lines: () => [],
    stop() {
      end({ code: 0, signal: null });
      return Promise.resolve();
    },
    kill: () => end({ code: 137, signal: "SIGKILL" }),
  };
  return { process, end };
}
