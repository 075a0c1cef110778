/**
 * `chaski serve`: opens everything, says where it listens, and ends it in order.
 */
import { bracketed } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { createApp } from "../http/app.ts";
import { closeLog, type Log, openLog } from "../log.ts";
import type { Services } from "../http/context.ts";
import { backgroundRuns } from "../http/background.ts";
import { shuttingDown } from "../http/errors.ts";
import { threadTools } from "../http/thread_tools.ts";
import { within } from "../http/within.ts";
import type { Store } from "../store/store.ts";
import { sealWith } from "../store/seal.ts";
import { sealKey } from "../store/seal_key.ts";
import { openLlama } from "../upstream/llama.ts";
import { serveRemote } from "../upstream/remote.ts";
import { remoteQueue } from "../upstream/remote_queue.ts";
import type { Serving } from "../upstream/serving.ts";
import { type UpstreamState, watchUpstream } from "../upstream/watch.ts";
import { version } from "../version.ts";
import { banner } from "./banner.ts";
import { writeAll } from "./io.ts";
import { cannotListen, listenAt, type Listener, listenForOss } from "./listeners.ts";
import { openManaged } from "./managed.ts";
import { openSweptStore } from "./open_store.ts";

/** Runs until a signal ends it. Gives the exit code. */
export async function serve(config: Config): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  const log = await openLog({
    level: config.logLevel,
    format: config.logFormat,
    isTerminal,
    colors: isTerminal && !Deno.noColor,
    write: (line) => writeAll(Deno.stderr, line),
  });
  for (const warning of config.warnings) log.warn(warning);
  const dataDir = usableDataDir(config, log);
  const seal = sealWith(sealKey(dataDir));
  const store = openSweptStore(config, dataDir, log);

  const { upstream } = config;
  const { serving, management } = upstream === undefined
    ? await openManaged(config, { store, dataDir, log })
    : { serving: openRemote(upstream, config, log), management: null };
  failUnfinished(store, log);
  const services: Services = {
    config,
    ...{ serving, management, version },
    threadTools: threadTools(),
    seal,
    store,
    log,
    transfers: new Set(),
    background: backgroundRuns(store, (cause) => log.error(`Cannot keep a response: ${cause}`)),
    sockets: new Set(),
    waits: new Set(),
    stopping: false,
  };
  try {
    return await listen(services, isTerminal);
  } finally {
    await services.serving.close();
    store.close();
    await closeLog();
  }
}

/** The llama-server that somebody else runs. */
function openRemote(upstream: string, config: Config, log: Log): Serving {
  const llama = openLlama({
    baseUrl: upstream,
    key: config.upstreamKey,
    connectTimeout: config.timeouts.connect * 1000,
  });
  const watch = watchUpstream(llama, {
    anyName: config.defaultModel === "any",
    onChange: (state) => tellUpstream(state, upstream, log),
  });
  return serveRemote(llama, watch, remoteQueue(watch, config.limits.queue));
}

async function listen(services: Services, isTerminal: boolean): Promise<number> {
  const { config, log, serving } = services;
  const app = createApp(services);
  let server: Listener;
  try {
    server = listenAt(config, app.fetch, log);
  } catch (error) {
    writeAll(Deno.stderr, `${cannotListen(error, config)}\n`);
    return 1;
  }
  const url = `http://${bracketed(server.addr.hostname)}:${server.addr.port}`;
  void serving.refresh();
  if (isTerminal) {
    writeAll(Deno.stderr, banner({ url, keyed: config.apiKey !== undefined, version }));
  }
  writeAll(Deno.stdout, `chaski listening on ${url}\n`);
  const { upstream = null, configFile: config_file = null } = config;
  const behind = upstream === null ? "runs llama-server by itself" : `upstream ${upstream}`;
  log.info(`chaski ${version} listens on ${url}, ${behind}`, {
    ...{ version, url, upstream, config_file },
  });
  const others = config.oss ? listenForOss(config, app.fetch, log) : [];
  await stopSignal(log);
  await shutDown([server, ...others], services);
  return 0;
}

/** How long clients may take to read the error that ends their answers, in milliseconds. */
const LAST_WORDS = 1_000;

/**
 * Stops accepting, lets answers end within the grace time, and ends the rest with an error. A
 * client that does not read, or has not sent its whole request, is not waited for.
 */
async function shutDown(servers: readonly Listener[], services: Services): Promise<void> {
  const { config, log, transfers, sockets } = services;
  services.stopping = true;
  for (const end of [...services.waits]) end();
  // A server's own shutdown closes its WebSockets at once, whatever runs on them (2.9.6).
  const closed = Promise.all([...sockets].map((socket) => socket.end()))
    .then(() => Promise.all(servers.map((server) => server.shutdown())))
    .then(() => true);
  if (!await within(closed, config.timeouts.grace * 1000, () => false)) {
    if (transfers.size > 0) {
      log.warn(`${transfers.size} answers did not end in time: they are cut off`);
    }
    for (const transfer of [...transfers]) transfer.failWith(shuttingDown());
    await within(closed, LAST_WORDS, () => false);
  }
  await services.background.stop(shuttingDown());
  log.info("chaski has stopped");
}

/** What ran in the background when the process before this one ended will not go on. */
function failUnfinished(store: Store, log: Log): void {
  const message = "Cannot finish the answer: Chaski was stopped while it was written.";
  const failed = store.responses.failUnfinished((text) =>
    JSON.stringify({
      ...JSON.parse(text),
      status: "failed",
      error: { code: "server_error", message },
    })
  );
  if (failed.length > 0) log.warn(`${failed.length} background responses were cut off`);
}

/** Resolves with the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(log: Log): Promise<void> {
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of signals) {
      Deno.addSignalListener(signal, () => {
        if (asked) Deno.exit(130);
        asked = true;
        log.info(`${signal}: stopping`);
        resolve();
      });
    }
  });
}

function tellUpstream(state: UpstreamState, upstream: string, log: Log): void {
  if (state.status !== "ready") {
    const { message, code, cause } = state.error;
    return log.warn(`llama-server at ${upstream} is ${state.status}: ${message}`, {
      upstream,
      code,
      ...(cause !== undefined && { cause: String(cause) }),
    });
  }
  for (const { id, context, vision } of state.models) {
    const size = context === null ? "unknown context" : `${context} tokens of context`;
    log.info(`model ${id}: ${size}${vision ? ", sees images" : ""}`, {
      model: id,
      context,
      vision,
    });
  }
  for (const warning of state.warnings) log.warn(warning);
}

/** The data directory, made where it is not there yet; null where there is none to write to. */
function usableDataDir({ dataDir }: Config, log: Log): string | null {
  if (dataDir === undefined) {
    log.warn(`Cannot choose a data directory without a home folder: running stateless. ${LOST}`);
    return null;
  }
  try {
    Deno.mkdirSync(dataDir, { recursive: true });
    const probe = Deno.makeTempFileSync({ dir: dataDir });
    Deno.removeSync(probe);
    return dataDir;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.name : String(cause);
    const where = `the data directory ${dataDir}`;
    log.warn(`Cannot write to ${where}: running stateless (${reason}). ${LOST}`);
    return null;
  }
}

const LOST = "Compacted conversations cannot be continued after a restart.";
