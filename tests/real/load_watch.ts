/** Looks at a Chaski while it is under load: its llama-servers, its time of the CPU, its patience. */
import type { Chaski } from "../chaski_process.ts";

export interface Watch {
  /** Ends the watching. */
  end(): Promise<Watched>;
}

export interface Watched {
  /** The most llama-servers that were alive at once. */
  most: number;
  /** How often they were counted. */
  looks: number;
  /** Milliseconds that each `GET /healthz` took. */
  health: number[];
}

/** Milliseconds between two looks. */
const EVERY = 25;

export function watchLoad({ pid, url }: Chaski): Watch {
  const watched: Watched = { most: 0, looks: 0, health: [] };
  let over = false;
  const looking = (async () => {
    for (; !over; await pause(EVERY)) {
      watched.most = Math.max(watched.most, (await serversOf(pid)).length);
      watched.looks++;
    }
  })();
  const asking = (async () => {
    for (; !over; await pause(EVERY)) {
      const start = performance.now();
      const answer = await fetch(`${url}/healthz`);
      await answer.body?.cancel();
      if (answer.status !== 200) throw new Error(`/healthz says ${answer.status}`);
      watched.health.push(performance.now() - start);
    }
  })();
  return {
    async end() {
      over = true;
      await Promise.all([looking, asking]);
      return watched;
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The llama-servers that serve and are a Chaski's children; what has ended does not count. */
export async function serversOf(parent: number): Promise<number[]> {
  return (await processes()).flatMap(({ pid, ppid, state, args }) =>
    ppid === parent && !/^[ZX]/.test(state) && args.includes("--port") ? [pid] : []
  );
}

interface Process {
  pid: number;
  ppid: number;
  state: string;
  args: string;
}

async function processes(): Promise<Process[]> {
  if (Deno.build.os === "linux") return processesOnLinux();
  const { stdout } = await new Deno.Command("ps", {
    args: ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
    const [, pid, ppid, state = "", args = ""] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), state, args }];
  });
}

function processesOnLinux(): Process[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name))
    .flatMap(({ name }) => {
      try {
        const [state = "", ppid] = statOf(Number(name));
        const args = Deno.readTextFileSync(`/proc/${name}/cmdline`);
        return [{ pid: Number(name), ppid: Number(ppid), state, args }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** `/proc/PID/stat` behind the name, which may hold anything: the state, the parent and so on. */
function statOf(pid: number): string[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Milliseconds of the CPU that a process has taken; NaN where the system is not Linux. */
export function cpuTime(pid: number): number {
  if (Deno.build.os !== "linux") return NaN;
  const [user, system] = statOf(pid).slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) * MS_PER_TICK;
}

/** Linux tells hundredths of a second, whatever its own clock is. */
const MS_PER_TICK = 10;
