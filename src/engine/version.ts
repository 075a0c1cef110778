/** What llama-server's `--version` says. Pure. */

/** Which llama-server it is. */
export interface EngineVersion {
  /** As llama.cpp names its releases: `0.7.0`, before there were such numbers `b7003`. */
  name: string;
  /** The number that grows with every change; null where it was built without git. */
  build: number | null;
}

/** `version: 0.7.0 (build 11669, commit …)`, or of older ones `version: 7003 (7f3e9d33)`. */
const LINE = /^version: (\S{1,64}) \((?:build (\d{1,9}), commit )?[^)]*\)/m;

/** Null where no such line is: then it is no llama-server. */
export function parseVersion(text: string): EngineVersion | null {
  const [, word, told] = LINE.exec(text) ?? [];
  if (word === undefined) return null;
  const number = Number(told ?? (/^\d{1,9}$/.test(word) ? word : 0));
  const build = number > 0 ? number : null;
  if (told !== undefined || !/^\d+$/.test(word)) return { name: word, build };
  return { name: build === null ? "unknown" : `b${build}`, build };
}
