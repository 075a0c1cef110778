import { interrupted, interruptedTurn } from "../../claude/turns.ts";
import { opening } from "../../fake_llama/answers.ts";
import { silence } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/** The user presses Ctrl-C: llama-server must not go on for nobody. */
export const cancellation: readonly FakeScenario[] = [
  { upstream: "fake", alone: true, name: "SIGINT while the model writes", run: interruptedTurn },
  {
    upstream: "fake",
    alone: true,
    name: "SIGINT while the prompt is read",
    run: (stage) => interrupted(stage, [opening(), silence()]),
  },
  {
    upstream: "fake",
    alone: true,
    name: "SIGINT while the request is queued",
    // Deno 2.9.6 notices only once the 200 is out, which a silent upstream delays by 2 s.
    run: (stage) => interrupted(stage, silence(), 3000),
  },
];
