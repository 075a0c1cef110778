/** A client at work: its events as they come, and its end. */

/** A client that has ended. */
export interface ClientRun<Event> {
  /** The exit status. */
  readonly code: number;
  readonly events: readonly Event[];
  readonly stderr: string;
}

/** A running client. Its disposal ends it, and with it the commands that it runs. */
export interface ClientProcess<Event> extends AsyncDisposable {
  /** Settles with its end; rejects with all that it said when it takes longer than a minute. */
  readonly ended: Promise<ClientRun<Event>>;
  /** Waits for an event; rejects when the client ends without it. */
  seen(test: (event: Event) => boolean): Promise<Event>;
  kill(signal: Deno.Signal): void;
}

/** Environment variables of a client. */
export type ClientEnvironment = Record<string, string>;

/** How to start a client. */
export interface ClientStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing of this process's own is added. */
  readonly env: ClientEnvironment;
}

const LIMIT_MS = 60_000;

/** Starts a client that prints its events as JSON, one a line. */
export function startClient<Event>({ program, args, cwd, env }: ClientStart): ClientProcess<Event> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const gone = Promise.all([child.status, stdout.done, stderr.done]);
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const ended = gone.then(([{ code, signal }]) => {
    clearTimeout(timer);
    const run = { code, events: parseEvents<Event>(stdout.text()), stderr: stderr.text() };
    if (signal !== "SIGKILL") return run;
    throw new Error(`The client did not end by itself:\n${stdout.text()}\n${stderr.text()}`);
  });
  // Whoever asks gets the rejection; a client that was disposed of has nobody who asks.
  ended.catch(() => {});
  return {
    ended,
    kill: (signal) => child.kill(signal),
    async seen(test) {
      let over = false;
      gone.then(() => over = true);
      for (;;) {
        const final = over;
        const found = parseEvents<Event>(stdout.text()).find(test);
        if (found !== undefined) return found;
        if (final) throw new Error(`The client ended without the event:\n${stdout.text()}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await gone;
    },
  };
}

/** The events in a text; what comes after the last line end may be half an event and is left out. */
export function parseEvents<Event>(stdout: string): Event[] {
  return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Variables with which a client has this home and reaches nothing but this machine. */
export function offlineEnvironment(home: string): ClientEnvironment {
  // Clients ask after news and plugins elsewhere; nothing listens there.
  const nowhere = "http://127.0.0.1:9";
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: home,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    ALL_PROXY: nowhere,
    NO_PROXY: "127.0.0.1",
    LC_ALL: "C",
  };
}

function gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let text = "";
  const done = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  return { text: () => text, done };
}
