/** llama-server held still in each phase of its work, for clients that leave in it. */
import { opening, stream } from "./answers.ts";
import { type Script, silence } from "./script.ts";

export const PHASES: Record<string, Script> = {
  "while queued": silence(),
  "while the prompt is read": [
    opening([{ total: 9, cache: 0, processed: 3, time_ms: 1 }]),
    silence(),
  ],
  "while the model answers": [stream({ text: "One two", finish: null }), silence()],
};
