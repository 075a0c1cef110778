/** Why a folder cannot be looked into, as the end of a sentence without its path. */
export function folderProblem(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Deno.errors.NotADirectory ? "it is no folder" : "it is not readable";
}
