/** The environment of a llama-server that Chaski starts. Pure. */

/** What would lead its connections astray, tell it other settings, or is not its business. */
const TAKEN_OUT =
  /^(?:(?:https?|all|no|ftp)_proxy|LLAMA_|CHASKI_|HF_TOKEN$|HUGGING_FACE_HUB_TOKEN$)/i;

/** A debugger's report would take the place of the last words, and hold the next start up. */
const QUIET = { GGML_NO_BACKTRACE: "1" };

/** Tells a process as one of ours, to whoever may read its environment. */
export const RUN_VARIABLE = "CHASKI_RUN";

/**
 * Everything that Chaski was given (drivers of GPUs are chosen by such variables), without proxies,
 * other settings of llama-server, and secrets.
 *
 * @param key that llama-server asks for; an argument would show in lists of processes
 * @param run a mark that no other process has
 */
export function serverEnvironment(
  env: Readonly<Record<string, string>>,
  { key, run }: { key: string; run: string },
): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !TAKEN_OUT.test(name));
  return { ...QUIET, ...Object.fromEntries(kept), LLAMA_API_KEY: key, [RUN_VARIABLE]: run };
}
