/**
 * Every setting of Chaski: its type, bounds, default and meaning. Names of variables and keys,
 * the help text and the checks of the documentation all derive from here.
 */

import { z } from "zod";
import { parseHost, parseUpstream } from "./address.ts";
import { address, keyed, type KeyedSetting, path, paths, setting } from "./setting.ts";

/** A day: longer is a mistake, and timers overflow at 24.8 days. */
const LONGEST = 86_400;

const root = {
  upstream: setting(address(parseUpstream).optional(), {
    flag: "--upstream <url>",
    group: "llama-server:",
    about: "Base URL of a llama-server that runs already; a trailing /v1 is fine",
    fallback: "none: Chaski runs llama-server by itself",
  }),
  upstream_key_file: path({
    flag: "--upstream-key-file <file>",
    group: "llama-server:",
    about: "File that holds the key that llama-server was started with",
  }),
  llama_server: path({
    flag: "--llama-server <file>",
    group: "llama-server:",
    about: "The llama-server that Chaski itself runs; see chaski engine status",
    fallback: "found on this machine",
  }),
  default_model: setting(z.literal("any").optional(), {
    flag: "--default-model <any>",
    group: "llama-server:",
    about: "any: a model name that llama-server does not list means its first model",
    fallback: "off",
  }),
  host: setting(address(parseHost).default("127.0.0.1"), {
    flag: "--host <host>",
    group: "Listening:",
    about: "Address to listen on; beyond loopback an API key is required",
  }),
  port: setting(z.int().min(0).max(65535).default(8484), {
    flag: "--port <port>",
    group: "Listening:",
    about: "Port to listen on; 0 picks a free one",
  }),
  oss: setting(z.boolean().default(false), {
    flag: "--oss",
    group: "Listening:",
    about: "Listen on LM Studio's port 1234 and Ollama's 11434 too, for codex --oss",
  }),
  auth: setting(z.boolean().default(true), {
    flag: "--no-auth",
    group: "Listening:",
    about: "With auth off everyone who can connect is served, also beyond loopback",
  }),
  api_key_file: path({
    flag: "--api-key-file <file>",
    group: "Listening:",
    about: "File that holds the key clients must send",
  }),
  admin_key_file: path({
    flag: "--admin-key-file <file>",
    group: "Listening:",
    about: "File that holds the key for managing models",
  }),
  data_dir: path({
    flag: "--data-dir <dir>",
    group: "Files:",
    about: "Folder for what Chaski stores",
    fallback: "depends on the platform",
  }),
  models_dir: paths({
    flag: "--models-dir <dir>",
    group: "Models:",
    ofModels: true,
    about: "Folders with GGUF files: Chaski runs llama-server by itself",
  }),
  max_models: setting(z.int().min(0).max(64).default(0), {
    flag: "--max-models <n>",
    group: "Models:",
    about: "Models side by side",
    fallback: "0: as memory allows",
  }),
  memory_mb: setting(z.int().min(0).max(16_777_216).default(0), {
    flag: "--memory-mb <n>",
    group: "Models:",
    about: "MiB that running models may take",
    fallback: "0: what is free",
  }),
  model_ttl: setting(z.int().min(0).max(LONGEST).default(900), {
    about: "Seconds of idleness after which a model is unloaded; 0: never",
  }),
  slot_files_mb: setting(z.int().min(0).max(1_048_576).default(4096), {
    about: "MiB on disk for the conversations of models that are unloaded; 0: none",
  }),
  images: setting(z.enum(["omit", "refuse"]).default("omit"), {
    about: "Images for a model that cannot see: leave them out and say so to the model, or refuse",
  }),
  reasoning_events: setting(z.enum(["summary", "text"]).default("summary"), {
    about: "How the model's reasoning reaches Responses clients: as summary or as reasoning text",
  }),
  store: setting(z.enum(["on", "never"]).default("on"), {
    about: "Stored responses: on keeps them unless a request says store = false, never keeps none",
  }),
  progress: setting(z.boolean().default(true), {
    about: "Tell how far model and prompt are read, as a field `chaski` on keep-alive events",
  }),
  log_level: setting(z.enum(["debug", "info", "warn", "error"]).default("info"), {
    flag: "--log-level <level>",
    group: "Log:",
    about: "Least severe message to log: debug, info, warn or error",
  }),
  log_format: setting(z.enum(["auto", "pretty", "json"]).default("auto"), {
    flag: "--log-format <format>",
    group: "Log:",
    about: "pretty, json, or auto: pretty on a terminal and json elsewhere",
  }),
};

const limits = {
  body_mb: setting(z.int().min(1).max(1024).default(64), {
    about: "Largest request body in MiB",
  }),
  json_depth: setting(z.int().min(16).max(1024).default(128), {
    about: "Deepest nesting of arrays and objects in a request body",
  }),
  queue: setting(z.int().min(0).max(10_000).default(256), {
    about: "Requests that may wait for one llama-server; of one key half of them",
  }),
};

const timeouts = {
  grace: setting(z.number().min(0).max(3600).default(10), {
    about: "Seconds that running answers may take to end at shutdown",
  }),
  connect: setting(z.number().min(0.1).max(300).default(10), {
    about: "Seconds for the TCP connection to llama-server",
  }),
  first_byte: setting(z.number().min(0.1).max(LONGEST).default(1200), {
    about: "Seconds of silence before the first byte of an answer, reading the prompt included",
  }),
  stall: setting(z.number().min(0.1).max(LONGEST).default(120), {
    about: "Seconds of silence between two tokens",
  }),
  load: setting(z.number().min(1).max(LONGEST).default(1200), {
    about: "Seconds that a model may take to load",
  }),
};

const retention = {
  days: setting(z.int().min(1).max(3650).default(30), {
    about: "Days that stored responses and unused conversations are kept",
  }),
  responses: setting(z.int().min(1).max(1_000_000).default(10_000), {
    about: "Responses that are kept, and as many conversations; the oldest go first",
  }),
  mb: setting(z.int().min(1).max(1_048_576).default(1024), {
    about: "MiB that stored responses may take, and as much conversations",
  }),
};

const tables = { limits, timeouts, retention };

/** All settings as the config file nests them; parsing fills in the defaults. */
export const settingsSchema = z.strictObject({
  ...root,
  limits: z.strictObject(limits).prefault({}),
  timeouts: z.strictObject(timeouts).prefault({}),
  retention: z.strictObject(retention).prefault({}),
});

/** Valid settings under the names of the config file. */
export type Settings = z.output<typeof settingsSchema>;

/** The tables of the config file. */
export const tableNames: readonly string[] = Object.keys(tables);

/** One setting with all its names. */
export interface Setting extends KeyedSetting {
  /** Environment variable, like `CHASKI_LIMITS_BODY_MB`. */
  env: string;
}

function settingsOf(shape: Record<string, z.ZodType>, prefix: string): Setting[] {
  return keyed(shape, prefix).map((each) => ({
    ...each,
    env: `CHASKI_${each.key.replace(".", "_").toUpperCase()}`,
  }));
}

/** Every setting, in the order of the documentation. */
export const settings: readonly Setting[] = [
  ...settingsOf(root, ""),
  ...Object.entries(tables).flatMap(([table, shape]) => settingsOf(shape, `${table}.`)),
];
