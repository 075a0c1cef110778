/** Receives one short sentence each time a tool has something to tell while it works. */
export type Progress = (sentence: string) => void;

/** A {@linkcode Progress} that writes `tool: sentence` lines to stderr, so that stdout stays the result. */
export function progressOnStderr(tool: string): Progress {
  return (sentence) => console.error(`${tool}: ${sentence}`);
}
