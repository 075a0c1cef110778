/**
 * Flat names for tools that live in namespaces. llama-server knows one list of functions, and what
 * templates and grammars print of a name should be plain: letters, digits, `_` and `-`, at most 64.
 */

const LONGEST = 64;

/**
 * The name that a tool is offered under: `mcp__docs` and `search` make `mcp__docs__search`, as
 * Codex itself named such tools before it had namespaces (0.100).
 */
export function flatName(namespace: string | null, name: string): string {
  const joint = namespace === null || namespace.endsWith("__") ? "" : "__";
  const whole = `${namespace ?? ""}${joint}${name}`;
  const plain = whole.replace(/[^A-Za-z0-9_-]/g, "_");
  return plain.length <= LONGEST ? plain : cut(plain, `_${fingerprint(whole)}`);
}

/** Room for `_2` to `_999999`. */
const TAIL = 7;

/** Gives names out: the first who wants one has it, the next one gets it with `_2`, and so on. */
export function nameGiver(): (wanted: string) => string {
  const given = new Set<string>();
  // By what names have in common when they are cut: long ones that begin alike count on together.
  const counts = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    const stem = wanted.slice(0, LONGEST - TAIL);
    while (given.has(name)) {
      const count = (counts.get(stem) ?? 1) + 1;
      counts.set(stem, count);
      name = cut(wanted, `_${count}`);
    }
    given.add(name);
    return name;
  };
}

function cut(name: string, tail: string): string {
  return name.slice(0, LONGEST - tail.length) + tail;
}

/** Eight hex digits of FNV-1a: a long name has one short form, whatever stands beside it. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
