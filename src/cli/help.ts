/**
 * The texts of `--help` that commander does not write by itself.
 */

import { Help, Option } from "commander";
import { defaultOf, expects, kindOf } from "../config/describe.ts";
import { defaultLocations, type Env, type Os } from "../config/locations.ts";
import { type Setting, settings } from "../config/schema.ts";

/** Where the help is shown: the platform and how wide the text may be. */
export interface HelpPlace {
  os: Os;
  env: Env;
  columns: number;
}

/** A heading of the help in bold; commander takes the codes out where colors are not wanted. */
export function styleTitle(title: string): string {
  return `\x1b[1m${title}\x1b[22m`;
}

/** What an option means, with its variable and default. */
export function optionText(setting: Setting): string {
  const variable = setting.flag === "--no-auth" ? `${setting.env}=false` : setting.env;
  const fallback = defaultOf(setting);
  return `${setting.about} (env ${variable}${fallback === "none" ? "" : `, default ${fallback}`})`;
}

/** Whether `chaski serve` has an option for it. */
export function isOfServe(setting: Setting): setting is Setting & { flag: string } {
  return setting.flag !== undefined;
}

/** The option of a setting; a list takes it several times. */
export function optionOf(setting: Setting & { flag: string }): Option {
  const option = new Option(setting.flag, optionText(setting));
  const collect = (value: string, before: string[] = []) => [...before, value];
  return kindOf(setting) === "list" ? option.argParser(collect) : option;
}

/** Two columns under a heading, wrapped as commander wraps its own. */
function section(heading: string, rows: readonly [string, string][], place: HelpPlace): string {
  const help = new Help();
  help.prepareContext({ helpWidth: place.columns });
  const width = Math.max(...rows.map(([term]) => term.length));
  const lines = rows.map(([term, text]) => help.formatItem(term, width, text, help));
  return [styleTitle(heading), ...lines].join("\n");
}

const EXIT_CODES: readonly [string, string][] = [
  ["0", "done, or ended by a signal as asked"],
  ["1", "failed while running"],
  ["2", "wrong usage or wrong settings; one sentence on stderr says which"],
];

const KEYS: readonly [string, string][] = [
  ["CHASKI_API_KEY", "The key that clients must send; without one only this machine is served"],
  ["CHASKI_ADMIN_KEY", "The key for managing models over HTTP; good for everything else too"],
  ["CHASKI_UPSTREAM_KEY", "The key that llama-server was started with"],
];

/** Below `chaski --help`: the shortest way to a first answer. */
export function programHelp(place: HelpPlace): string {
  const examples = [
    styleTitle("Examples:"),
    "  chaski engine install                     # llama-server itself, once",
    "  chaski serve --models-dir DIR             # base URL http://127.0.0.1:8484/v1",
    "  chaski codex                              # Codex on it; with config: for good",
    "  chaski doctor codex                       # why Codex does not work",
    "  chaski claude                             # Claude Code on it",
    "  chaski models list                        # the models on this machine",
    "  chaski models pull org/repo:Q4_K_M        # one more, from Hugging Face",
    "  chaski models ps                          # what a running Chaski has loaded",
    "  chaski serve --help                       # every setting",
  ].join("\n");
  return ["", examples, "", section("Exit codes:", EXIT_CODES, place)].join("\n");
}

/** Below `chaski serve --help`: what has no option, the files, and how to go on. */
export function serveHelp(place: HelpPlace): string {
  const further = settings
    .filter((setting) => !isOfServe(setting))
    .map((setting): [string, string] => [
      setting.env,
      `${setting.about} (${expects(setting)}, default ${defaultOf(setting)})`,
    ]);
  return [
    "",
    section("Keys (by environment or file only, never as an argument):", KEYS, place),
    "",
    section("Settings without an option:", further, place),
    "",
    section("Default locations:", locations(place), place),
    "",
    "  Options win over CHASKI_* variables, variables over the config file, which is",
    "  TOML (port = 8484, [limits] body_mb = 64, …), the file over the defaults.",
    "  CHASKI_DEBUG=1 adds the stack to unexpected failures; CHASKI_CODEX names the",
    "  Codex that chaski codex starts, CHASKI_CLAUDE the claude of chaski claude.",
    "  CHASKI_ENGINE_RELEASES is the base URL of an API like GitHub's, from which",
    "  chaski engine install fetches.",
    "",
    EXAMPLES,
    "",
    section("Exit codes:", EXIT_CODES, place),
  ].join("\n");
}

function locations({ os, env }: HelpPlace): [string, string][] {
  const { configFile, dataDir } = defaultLocations(os, env);
  return [
    ["Config file", configFile ?? "none, the home folder is unknown"],
    ["Data folder", dataDir ?? "none, the home folder is unknown"],
  ];
}

const EXAMPLES = [
  styleTitle("Examples:"),
  "  chaski serve --models-dir ~/models",
  "  chaski serve --upstream http://127.0.0.1:8080",
  "  chaski serve --host 0.0.0.0 --api-key-file ~/.chaski-key",
  "",
  "  curl http://127.0.0.1:8484/v1/responses -H 'content-type: application/json' \\",
  '    -d \'{"model": "MODEL", "input": "Hello"}\'',
  "",
  "  Codex, over the Chaski that runs:",
  "    chaski codex                   # one run, no file is touched",
  "    chaski codex config --write    # for good, in ~/.codex/config.toml",
  "    chaski doctor codex            # what is wrong, and how to mend it",
  "",
  "  Claude Code, over the Chaski that runs:",
  "    chaski claude                  # one run, no file is touched",
  "    chaski claude env              # the environment, to paste",
].join("\n");
