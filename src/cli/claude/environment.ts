/**
 * What Claude Code has to be told of a Chaski: the one source of what `chaski claude` sets and of
 * what `chaski claude env` prints. Pure. Measured with Claude Code 2.1.330.
 */

import { KEY_VARIABLE } from "../clients/key.ts";
import { withoutProxy } from "../clients/proxy.ts";
import { printable } from "../io.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A Chaski as Claude Code shall see it. */
export interface ClaudeTarget {
  /** Base URL without `/v1` and without a slash at the end. */
  url: string;
  model: string;
  /** Tokens of one slot; null when not known. */
  context: number | null;
  /** What it takes for a key; null where it asks for none. */
  key: string | null;
}

/** What changes in an environment. */
export interface EnvironmentChanges {
  set: Readonly<Record<string, string>>;
  /** Those of `OVERRULING` that are there. */
  unset: readonly string[];
}

const TOKEN = "ANTHROPIC_AUTH_TOKEN";

/** Names of models that mean something to Claude Code itself, and would else be asked for. */
const MODELS = [
  "ANTHROPIC_MODEL",
  "ANTHROPIC_SMALL_FAST_MODEL",
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
  "ANTHROPIC_DEFAULT_FABLE_MODEL",
];

/** Variables that lead elsewhere, or send along what is meant for others. */
export const OVERRULING: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_CUSTOM_HEADERS",
  "ANTHROPIC_UNIX_SOCKET",
  "CLAUDE_CODE_USE_ANTHROPIC_AWS",
  "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_USE_MANTLE",
  "CLAUDE_CODE_USE_VERTEX",
];

/** Claude Code asks any of these for `http:` addresses too. */
const PROXIES = ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

/** What has to change in this environment. */
export function claudeChanges(target: ClaudeTarget, env: Env): EnvironmentChanges {
  const { url, model, context, key } = target;
  const cleared = withoutProxy(url, env, PROXIES);
  const exceptions = Object.entries(cleared).filter(([name, value]) => env[name] !== value);
  const set = {
    ANTHROPIC_BASE_URL: url,
    // Without one Claude Code wants its user to log in.
    [TOKEN]: key ?? "chaski",
    ...Object.fromEntries(MODELS.map((name) => [name, model])),
    ...(context !== null && {
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(context),
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(largestOutput(context)),
    }),
    // A line in front of the system prompt that is different in every session.
    CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    // Without it the `env` of the user's settings.json could lead elsewhere.
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1",
    API_TIMEOUT_MS: "3000000",
    ...Object.fromEntries(exceptions.map(([name, value]) => [name, value ?? ""])),
  };
  return { set, unset: OVERRULING.filter((name) => env[name] !== undefined) };
}

/** A quarter: Claude Code compacts when what is left would not hold an answer of that size. */
function largestOutput(context: number): number {
  return Math.min(32_000, Math.floor(context / 4));
}

/** The changes as lines for a POSIX shell; a key only by its variable. */
export function claudeExports(target: ClaudeTarget, env: Env): string {
  const { set, unset } = claudeChanges(target, env);
  const lines = Object.entries(set).map(([name, value]) => {
    const reference = name === TOKEN && target.key !== null;
    return `export ${name}=${reference ? `"$${KEY_VARIABLE}"` : quoted(value)}\n`;
  });
  return lines.join("") + (unset.length > 0 ? `unset ${unset.join(" ")}\n` : "");
}

function quoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return `'${printable(value).replaceAll("'", `'\\''`)}'`;
}
