/** Names in archives, which come from outside. Pure. */

const LONGEST = 1000;
const DEEPEST = 16;

/**
 * The name as a path below the folder that is unpacked into, with slashes and without `.`; empty for
 * that folder itself. Null where it leads out, or means something else on some system.
 */
export function placeInside(name: string): string | null {
  if (name.length > LONGEST || /[\\:\p{Cc}]/u.test(name) || name.startsWith("/")) return null;
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  // Windows takes dots and blanks off the end, so that `.. ` would lead upwards.
  const wrong = parts.some((part) => /[. ]$/.test(part) || part.length > 255);
  return wrong || parts.length > DEEPEST ? null : parts.join("/");
}

/**
 * Whether a link may stand: only where it names its neighbour, as those of shared libraries do. What
 * leads through other folders could lead out through other links.
 */
export function isNeighbour(target: string): boolean {
  return /^[^/\\:\p{Cc}]{1,255}$/u.test(target) && target !== "." && target !== "..";
}
