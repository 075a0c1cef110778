/**
 * Structured log on standard error: lines for a person on a terminal, JSON for everything else.
 */
import {
  configure,
  dispose,
  getJsonLinesFormatter,
  getLogger,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import { getPrettyFormatter } from "@logtape/pretty";

export interface LogOptions {
  level: "debug" | "info" | "warn" | "error";
  format: "auto" | "pretty" | "json";
  /** Whether standard error is a terminal. */
  isTerminal: boolean;
  /** Whether colours are wanted (NO_COLOR). */
  colors: boolean;
  write: (line: string) => void;
}

/** What a line tells besides its sentence; names in snake_case. */
export type Facts = Record<string, unknown>;

/** The process's log. Sentences are for people, facts for programs; neither ever holds a key. */
export interface Log {
  debug(sentence: string, facts?: Facts): void;
  info(sentence: string, facts?: Facts): void;
  warn(sentence: string, facts?: Facts): void;
  error(sentence: string, facts?: Facts): void;
}

/** Sets the log up for the process. */
export async function openLog(options: LogOptions): Promise<Log> {
  const pretty = options.format === "pretty" || (options.format === "auto" && options.isTerminal);
  const format = pretty ? prettyFormatter(options.colors) : jsonFormatter();
  await configure({
    reset: true,
    sinks: { stderr: (record: LogRecord) => options.write(String(format(record))) },
    loggers: [
      {
        category: "chaski",
        lowestLevel: options.level === "warn" ? "warning" : options.level,
        sinks: ["stderr"],
      },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  const logger = getLogger("chaski");
  return {
    debug: (sentence, facts = {}) => logger.debug(literal(sentence), facts),
    info: (sentence, facts = {}) => logger.info(literal(sentence), facts),
    warn: (sentence, facts = {}) => logger.warn(literal(sentence), facts),
    error: (sentence, facts = {}) => logger.error(literal(sentence), facts),
  };
}

/** Braces would be placeholders, and a client may put them into a path. */
function literal(sentence: string): string {
  return sentence.replaceAll("{", "{{").replaceAll("}", "}}");
}

/** Ends the log. */
export async function closeLog(): Promise<void> {
  await dispose();
}

function jsonFormatter(): TextFormatter {
  return getJsonLinesFormatter({ message: "rendered", properties: "flatten" });
}

function prettyFormatter(colors: boolean): TextFormatter {
  return getPrettyFormatter({
    colors,
    icons: false,
    timestamp: "time",
    categoryWidth: 6,
    properties: false,
    wordWrap: false,
    messageStyle: null,
    messageColor: null,
  });
}
