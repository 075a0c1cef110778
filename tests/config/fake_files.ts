/**
 * Files that exist only for one test, failing as Deno's do.
 */

/** `readTextFile` over the given texts; an Error in place of a text is what reading throws. */
export function fakeFiles(
  files: Readonly<Record<string, string | Error>>,
): (path: string) => Promise<string> {
  return (path) => {
    const file = Object.hasOwn(files, path) ? files[path] : undefined;
    if (typeof file === "string") return Promise.resolve(file);
    return Promise.reject(file ?? new Deno.errors.NotFound(`No such file: ${path}`));
  };
}
