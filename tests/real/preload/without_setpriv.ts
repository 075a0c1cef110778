/** Runs before Chaski's own code: it finds no setpriv then, as on systems that have none. */
const { statSync } = Deno;

Deno.statSync = (path) => {
  if (String(path).endsWith("/setpriv")) throw new Deno.errors.NotFound();
  return statSync(path);
};
