/** What a tool printed, from `tests/fixtures/machine`. */
export function recordedOutput(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../fixtures/machine/${name}`, import.meta.url));
}
