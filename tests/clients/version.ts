/** Whether a version is this one or a later one; both are three numbers with dots. */
export function isSince(version: string, first: string): boolean {
  return version.localeCompare(first, "en", { numeric: true }) >= 0;
}
