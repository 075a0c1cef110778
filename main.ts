import { denoIo } from "./src/cli/io.ts";
import { report, run } from "./src/cli/program.ts";
import { serve } from "./src/cli/serve.ts";

const io = denoIo(serve);
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  Deno.exit(report(event.reason, io));
});
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  Deno.exit(report(event.error, io));
});
Deno.exit(await run(Deno.args, io));
