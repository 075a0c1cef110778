/**
 * Every setting of Chaski: its type, bounds, default and meaning. Names of variables and keys,
 * the help text and the checks of the documentation all derive from here.
 */

import { z } from "zod";
import { type Parsed, parseHost, parseUpstream } from "./address.ts";

/** What a setting means to the person who sets it. */
export interface SettingInfo {
  about: string;
  /** The command line option, where there is one, in commander's notation. */
  flag?: string;
  /** Heading of the help under which the option stands. */
  group?: string;
  /** The default in words, where it is not a value. */
  fallback?: string;
  /** A path, or several; in the config file they are seen from the folder of that file. */
  isPath?: true;
  /** The commands that take the option, where that is not `serve`. */
  command?: "models";
}

const infos = z.registry<SettingInfo>();

function setting<T extends z.ZodType>(schema: T, info: SettingInfo): T {
  infos.add(schema, info);
  return schema;
}

function address(parse: (text: string) => Parsed) {
  return z.string().max(2048).transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.reason });
    return z.NEVER;
  });
}

const onePath = z.string().trim().max(4096)
  .refine((text) => text !== "" && !text.includes("\0"), "expected a path")
  // No shell expands `~` inside a variable or a file: it would become a folder of that name.
  .refine((text) => !text.startsWith("~"), "expected a path written out in full, without ~");

function path(info: SettingInfo) {
  return setting(onePath.optional(), { ...info, isPath: true });
}

function paths(info: SettingInfo) {
  return setting(z.array(onePath).max(64).default([]), { ...info, isPath: true });
}

const root = {
  upstream: setting(address(parseUpstream).default("http://127.0.0.1:8080"), {
    flag: "--upstream <url>",
    group: "llama-server:",
    about: "Base URL of llama-server; a trailing /v1 is fine",
  }),
  upstream_key_file: path({
    flag: "--upstream-key-file <file>",
    group: "llama-server:",
    about: "File that holds the key that llama-server was started with",
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
  data_dir: path({
    flag: "--data-dir <dir>",
    group: "Files:",
    about: "Folder for what Chaski stores",
    fallback: "depends on the platform",
  }),
  models_dir: paths({
    flag: "--models-dir <dir>",
    group: "Models:",
    command: "models",
    about: "Folders with GGUF files for chaski models, beside those of other programs",
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
    about: "Tell how far the prompt is read, as a field `chaski` on keep-alive events",
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
};

/** A day: longer is a mistake, and timers overflow at 24.8 days. */
const LONGEST = 86_400;

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
export interface Setting extends SettingInfo {
  /** Dotted key of the config file, like `limits.body_mb`. */
  key: string;
  /** Environment variable, like `CHASKI_LIMITS_BODY_MB`. */
  env: string;
  schema: z.ZodType;
}

function settingsOf(shape: Record<string, z.ZodType>, table: string): Setting[] {
  return Object.entries(shape).map(([name, schema]) => {
    const key = table ? `${table}.${name}` : name;
    const env = `CHASKI_${key.replace(".", "_").toUpperCase()}`;
    return { ...infos.get(schema) ?? { about: "" }, key, env, schema };
  });
}

/** Every setting, in the order of the documentation. */
export const settings: readonly Setting[] = [
  ...settingsOf(root, ""),
  ...Object.entries(tables).flatMap(([table, shape]) => settingsOf(shape, table)),
];
