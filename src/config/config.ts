/**
 * All layers together: flags over environment over config file over defaults.
 */

import { isLoopback } from "./address.ts";
import { ConfigError } from "./error.ts";
import { cannotRead, readSmallFile } from "./file.ts";
import { type KeyInput, type LoadedKey, loadKey } from "./keys.ts";
import { type Flags, fromEnv, fromFlags, type Given, unknownVariables } from "./layers.ts";
import { besideConfig, defaultLocations, type Env, type Os } from "./locations.ts";
import { checked, withDefaults } from "./merge.ts";
import { type ModelSettings, withModelDefaults } from "./model_tables.ts";
import type { Settings } from "./schema.ts";
import type { KeyedSetting } from "./setting.ts";
import { fromToml } from "./toml.ts";

/** Everything that Chaski was told, checked and resolved. */
export interface Config {
  /**
   * Base URL of the llama-server that somebody else runs, without trailing slash and without `/v1`;
   * absent where Chaski runs llama-server by itself.
   */
  readonly upstream?: string;
  /** Sent to llama-server as bearer token. */
  readonly upstreamKey?: string;
  /** The file of llama-server that was named; absent: it is looked for. */
  readonly llamaServer?: string;
  readonly defaultModel?: "any";
  /** Canonical: an IP address without brackets, or a lower-case name. */
  readonly host: string;
  readonly port: number;
  /** Whether to stand in for LM Studio and Ollama, as `codex --oss` expects them. */
  readonly oss: boolean;
  /** False only when switched off by name; then `apiKey` is absent. */
  readonly auth: boolean;
  /** What clients must send; absent means nobody has to send anything. */
  readonly apiKey?: string;
  /** What whoever manages models must send; it is good for everything else too. */
  readonly adminKey?: string;
  /** Absent where no home folder is known: nothing is kept then. */
  readonly dataDir?: string;
  /** Folders with GGUF files, in the order in which they were named. */
  readonly modelsDirs: readonly string[];
  /** Models side by side; 0 is as many as memory allows. */
  readonly maxModels: number;
  /** MiB that running models may take; 0 is what is free. */
  readonly memoryMb: number;
  /** Seconds of idleness after which a model is unloaded; 0 is never. */
  readonly modelTtl: number;
  /** MiB on disk for what unloaded models have read; 0 is none. */
  readonly slotFilesMb: number;
  /** What is set for single models, by any of their names. */
  readonly models: Readonly<Record<string, ModelSettings>>;
  readonly images: "omit" | "refuse";
  readonly reasoningEvents: "summary" | "text";
  readonly progress: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "auto" | "pretty" | "json";
  readonly limits: {
    /** MiB. */
    readonly bodyMb: number;
    readonly jsonDepth: number;
    /** Requests that may wait for one llama-server. */
    readonly queue: number;
  };
  /** Seconds. */
  readonly timeouts: {
    readonly grace: number;
    readonly connect: number;
    readonly firstByte: number;
    readonly stall: number;
    readonly load: number;
  };
  /** Whether responses are kept unless their request forbids it. */
  readonly store: "on" | "never";
  /** How much is kept. */
  readonly retention: {
    readonly days: number;
    readonly responses: number;
    /** MiB. */
    readonly mb: number;
  };
  /** The config file that was read, if any. */
  readonly configFile?: string;
  /** Sentences for the log; nothing was printed. */
  readonly warnings: readonly string[];
}

/** The outside world as loading sees it. */
export interface ConfigInput extends KeyInput {
  flags: Flags;
}

/** Reads, checks and merges all layers. Whatever is wrong is thrown as a ConfigError. */
export async function loadConfig(given: ConfigInput): Promise<Config> {
  const input = { ...given, env: environment(given) };
  const file = await readConfigFile(input);
  // Wrong values are errors also where another wins over them: nobody leaves them on purpose.
  const layers = [
    ...(file?.given ?? []),
    ...fromEnv(input.env, input.os).map(checked),
    ...fromFlags(input.flags).map(checked),
  ];
  // The last one of a key wins.
  const won = new Map(layers.map((each) => [each.setting.key, each]));
  const settings = withDefaults(won);
  const apiKey = await loadKey("CHASKI_API_KEY", won.get("api_key_file"), input);
  const adminKey = await loadKey("CHASKI_ADMIN_KEY", won.get("admin_key_file"), input);
  const upstreamKey = await loadKey("CHASKI_UPSTREAM_KEY", won.get("upstream_key_file"), input);
  checkAuth(settings, won.get("auth"), apiKey);
  return {
    ...rename(settings),
    ...(runsElsewhere(won) && settings.upstream && { upstream: settings.upstream }),
    models: file?.models ?? {},
    ...dataDirOf(settings, input),
    ...(apiKey && { apiKey: apiKey.key }),
    ...(adminKey && { adminKey: adminKey.key }),
    ...(upstreamKey && { upstreamKey: upstreamKey.key }),
    ...(file && { configFile: file.path }),
    warnings: [
      ...unknownVariables(input.env),
      ...(apiKey?.warnings ?? []),
      ...(adminKey?.warnings ?? []),
      ...(upstreamKey?.warnings ?? []),
      ...openDoor(settings),
      ...sharedKey(apiKey, adminKey),
    ],
  };
}

function sharedKey(apiKey: LoadedKey | undefined, adminKey: LoadedKey | undefined): string[] {
  return apiKey !== undefined && apiKey.key === adminKey?.key
    ? ["The API key is the admin key too: every client may load, unload and look into folders"]
    : [];
}

/** Windows does not distinguish the case of variable names. */
function environment(input: ConfigInput): Env {
  if (input.os !== "windows") return input.env;
  return Object.fromEntries(
    Object.entries(input.env).map(([name, value]) => [name.toUpperCase(), value]),
  );
}

/** What the config file gave, checked. */
interface ConfigFile {
  path: string;
  given: Given[];
  models: Config["models"];
}

/** What the config file gave; only at its default location it may be absent. */
async function readConfigFile(
  { flags, env, os, readTextFile }: ConfigInput,
): Promise<ConfigFile | undefined> {
  const named = flags["config"] ?? (env["CHASKI_CONFIG"] || undefined);
  const path = typeof named === "string" ? named : defaultLocations(os, env).configFile;
  if (path === undefined) return undefined;
  const what = `the config file ${path}`;
  const text = await readSmallFile(readTextFile, path, what);
  if (text !== undefined) {
    const use = <T extends KeyedSetting>(each: Given<T>) => {
      const { value, ...rest } = checked(each);
      return { ...rest, value: rest.setting.isPath ? seenFrom(path, value, os) : value };
    };
    const { given, models } = fromToml(text, path);
    const used = models.map((model) => ({ ...model, given: model.given.map(use) }));
    return { path, given: given.map(use), models: withModelDefaults(used) };
  }
  if (named !== undefined) throw cannotRead(what, "there is no such file");
  return undefined;
}

function seenFrom(configFile: string, value: unknown, os: Os): string | string[] {
  const beside = (path: unknown) => besideConfig(configFile, String(path), os);
  return Array.isArray(value) ? value.map(beside) : beside(value);
}

/** The settings under the names that the code uses; keys and folder are added by the caller. */
function rename(
  settings: Settings,
): Omit<Config, "dataDir" | "upstream" | "models" | "warnings"> {
  const { limits, timeouts } = settings;
  return {
    ...(settings.llama_server && { llamaServer: settings.llama_server }),
    ...(settings.default_model && { defaultModel: settings.default_model }),
    host: settings.host,
    port: settings.port,
    oss: settings.oss,
    auth: settings.auth,
    modelsDirs: settings.models_dir,
    maxModels: settings.max_models,
    memoryMb: settings.memory_mb,
    modelTtl: settings.model_ttl,
    slotFilesMb: settings.slot_files_mb,
    images: settings.images,
    reasoningEvents: settings.reasoning_events,
    progress: settings.progress,
    logLevel: settings.log_level,
    logFormat: settings.log_format,
    limits: { bodyMb: limits.body_mb, jsonDepth: limits.json_depth, queue: limits.queue },
    timeouts: {
      grace: timeouts.grace,
      connect: timeouts.connect,
      firstByte: timeouts.first_byte,
      stall: timeouts.stall,
      load: timeouts.load,
    },
    store: settings.store,
    retention: settings.retention,
  };
}

function dataDirOf({ data_dir }: Settings, { os, env }: ConfigInput): { dataDir?: string } {
  const dataDir = data_dir ?? defaultLocations(os, env).dataDir;
  return dataDir === undefined ? {} : { dataDir };
}

/** From the lowest to the highest. */
const LAYERS: readonly Given["layer"][] = ["file", "env", "flag"];

/** Of a llama-server that runs and folders for one of our own, the higher layer decides. */
function runsElsewhere(won: ReadonlyMap<string, Given>): boolean {
  const upstream = won.get("upstream");
  const folders = won.get("models_dir");
  if (upstream === undefined || folders === undefined) return upstream !== undefined;
  if (upstream.layer === "flag" && folders.layer === "flag") {
    throw new ConfigError(
      `Cannot use ${upstream.where} together with ${folders.where}: drop one of the two`,
    );
  }
  return LAYERS.indexOf(upstream.layer) >= LAYERS.indexOf(folders.layer);
}

/** Whoever gives a key wants it asked for; switching auth off beside it is a mistake in one. */
function checkAuth(
  settings: Settings,
  auth: Given | undefined,
  key: LoadedKey | undefined,
): void {
  if (settings.auth || !key) return;
  throw new ConfigError(
    `Cannot use ${auth?.where} together with an API key (${key.where}): drop one of the two`,
  );
}

function openDoor({ auth, host }: Settings): string[] {
  return auth || isLoopback(host)
    ? []
    : [`Authentication is off: everyone who can reach ${host} can use the model`];
}
