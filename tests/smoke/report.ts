import { stripVTControlCharacters } from "node:util";

const LIMIT_MS = 60_000;
const REASON_LINES = 20;

/** What has been checked, told line by line. */
export class Report {
  passed = 0;
  failed = 0;
  readonly #write: (line: string) => void;

  /** @param write takes a line without its end */
  constructor(write: (line: string) => void = console.log) {
    this.#write = write;
  }

  /**
   * Does one check and prints a line for it. One that throws, or takes longer than a minute, has failed.
   *
   * @returns what the check resolves to; `undefined` when it has failed
   */
  async check<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("it takes longer than a minute")), LIMIT_MS);
    try {
      const result = await Promise.race([work(), late]);
      this.passed++;
      this.#write(`ok      ${name}`);
      return result;
    } catch (error) {
      this.failed++;
      this.#write(`FAILED  ${name}\n${reason(error)}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Prints a line that is no check. */
  note(line: string): void {
    this.#write(`        ${line}`);
  }

  /** The closing line: `N passed, N failed`. */
  sum(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}

function reason(error: unknown): string {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  return text.split("\n").slice(0, REASON_LINES).map((line) => `        ${line}`).join("\n");
}
