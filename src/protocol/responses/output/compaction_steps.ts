/**
 * The step machine of a response that is one compaction item: what the model writes is gathered
 * and told sealed. Pure, and driven like any other response.
 */
import type { TextHealer } from "../../healing/healer.ts";
import { upstreamFailure } from "../../llama_error.ts";
import { responseFrame } from "./frame.ts";
import type { ResponseSteps, StepContext } from "./step_machine.ts";
import { summaryReader } from "./summary.ts";

export interface CompactionContext
  extends Pick<StepContext, "response" | "emit" | "newId" | "now" | "usage"> {
  /** Cuts calls and thoughts out of the text. */
  newHealer: (calls: boolean) => TextHealer;
  /** Seals the summary. */
  seal: (summary: string) => string;
}

/** Makes the machine for one response. */
export function compactionSteps(context: CompactionContext): ResponseSteps {
  const { newId, newHealer, seal, usage } = context;
  const frame = responseFrame(context, () => null);
  let summary = summaryReader({ healer: newHealer(true), usage });

  return {
    ...frame.told,
    chunk: (chunk) => summary.chunk(chunk),
    finished: () => summary.finished(),
    stopped: () => false,
    heldText: () => null,
    silent: () => summary.cut() === null && summary.text() === "",
    explainSilence() {
      // A conversation must not be replaced by nothing.
      throw upstreamFailure("Cannot compact the conversation: the model wrote no summary.");
    },
    restart: (calls) => void (summary = summaryReader({ healer: newHealer(calls), usage })),
    finish() {
      const reason = summary.cut();
      if (reason !== null) return frame.incomplete(reason);
      const encrypted_content = seal(summary.text());
      frame.told.compacted({ type: "compaction", id: newId("cmp"), encrypted_content });
      frame.complete();
    },
  };
}
