/** Runs before Chaski's own code: a signal makes it fail in a way that nobody has foreseen. */
import "./without_setpriv.ts";

Deno.addSignalListener("SIGUSR2", () => void Promise.reject(new Error("an unforeseen failure")));
