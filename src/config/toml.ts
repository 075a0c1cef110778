/**
 * The config file: TOML text to given values, each with its line.
 */

import { parse } from "@std/toml";
import { ConfigError } from "./error.ts";
import type { Given } from "./layers.ts";
import { fromModels, type GivenModel, isTable } from "./model_tables.ts";
import { settings, tableNames } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** Keys under which people would write a secret. */
const SECRET = /^(\w+\.)?(api|upstream|admin|auth)?[_-]?(key|token|secret)$/i;

/** The values of a config file. */
export interface FileValues {
  given: Given[];
  models: GivenModel[];
}

/**
 * The values in the text of config file `path`. Throws a ConfigError for text that is no TOML,
 * for keys that are no settings and for secrets; the types of the values are not looked at.
 */
export function fromToml(text: string, path: string): FileValues {
  const { models = {}, ...document } = parseToml(text, path);
  const lines = keyLines(text);
  const place = (key: string) => {
    const line = lines.find(([name]) => name === key || name.startsWith(`${key}.`))?.[1];
    const where = `${key.slice(0, 80)} in ${path}${line === undefined ? "" : `, line ${line}`}`;
    // TOML forbids it, the parser takes the last one.
    if (lines.filter(([name]) => name === key).length > 1) {
      throw new ConfigError(`Cannot use ${where}: the key stands there twice`);
    }
    return where;
  };
  const given = flatten(document, place).map(([key, value]): Given => {
    const where = place(key);
    const setting = settings.find((candidate) => candidate.key === key);
    if (!setting) throw new ConfigError(unknownKey(key, where));
    return { setting, value, layer: "file", where };
  });
  return { given, models: fromModels(models, place) };
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    // Only the position is passed on: the rest of the message quotes the file, maybe a secret.
    const position = error instanceof Error && /on line (\d+), column (\d+)/.exec(error.message);
    const at = position ? `line ${position[1]}, column ${Number(position[2]) + 1}: ` : "";
    throw new ConfigError(`Cannot read the config file ${path}: ${at}this is not valid TOML`);
  }
}

/** Dotted keys and values, one level deep: no setting lies deeper. */
function flatten(
  document: Record<string, unknown>,
  place: (key: string) => string,
): [string, unknown][] {
  return Object.entries(document).flatMap(([name, value]): [string, unknown][] => {
    if (!tableNames.includes(name)) return [[name, value]];
    if (!isTable(value)) {
      throw new ConfigError(`Cannot use ${place(name)}: expected a table [${name}]`);
    }
    return Object.entries(value).map(([key, inside]) => [`${name}.${key}`, inside]);
  });
}

function unknownKey(key: string, where: string): string {
  if (SECRET.test(key)) {
    const [variable, file] = /upstream/i.test(key)
      ? ["CHASKI_UPSTREAM_KEY", "upstream_key_file"]
      : /admin/i.test(key)
      ? ["CHASKI_ADMIN_KEY", "admin_key_file"]
      : ["CHASKI_API_KEY", "api_key_file"];
    return `Cannot use ${where}: keys do not belong in a config file; ` +
      `set ${variable}, or name a file that holds the key with ${file}`;
  }
  const known = [...settings.map((setting) => setting.key), ...tableNames, "models"];
  return `Cannot use ${where}: there is no such setting${didYouMean(key, known)}`;
}

/**
 * Dotted keys and tables with the line (from 1) they stand on, as far as one sees without
 * parsing: the parser itself keeps no positions.
 */
function keyLines(text: string): [string, number][] {
  let table = "";
  return text.split("\n").flatMap((line, index): [string, number][] => {
    const header = HEADER.exec(line)?.[1];
    const found = header ?? /^\s*([^=#]+)=/.exec(line)?.[1];
    if (found === undefined) return [];
    const name = dotted(found);
    if (header !== undefined) table = `${name}.`;
    return [[header === undefined ? table + name : name, index + 1]];
  });
}

/** A table's header; names in quotes may hold brackets. */
const HEADER = /^\s*\[+((?:"[^"]*"|'[^']*'|[^\[\]"'])+)\]/;

/** A key without quotes, and without the space around its parts. */
function dotted(key: string): string {
  const parts = key.match(/"[^"]*"|'[^']*'|[^.\s"']+/g) ?? [];
  return parts.map((part) => part.replace(/^["']|["']$/g, "")).join(".");
}
