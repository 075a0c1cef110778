/**
 * The step machine of a response that is one compaction item: what the model writes is gathered
 * and told sealed. Pure, and driven like any other response.
 */
import type { TextHealer } from "../../healing/healer.ts";
import type { HealedPiece } from "../../healing/text_scene.ts";
import { upstreamFailure } from "../../llama_error.ts";
import type { CompactionItem } from "./item_types.ts";
import type { ResponseObject } from "./response.ts";
import { incompleteReason, type ResponseSteps, type StepContext } from "./step_machine.ts";
import { usageCounter } from "./usage.ts";

export interface CompactionContext
  extends Pick<StepContext, "response" | "emit" | "newId" | "now"> {
  /** Cuts calls and thoughts out of the text. */
  newHealer: (calls: boolean) => TextHealer;
  /** Seals the summary. */
  seal: (summary: string) => string;
}

/** Makes the machine for one response. */
export function compactionSteps(context: CompactionContext): ResponseSteps {
  const { response, emit, newId, now, newHealer, seal } = context;
  let healer = newHealer(true);
  let summary = "";
  let finishReason: string | null = null;
  const usage = usageCounter();

  function hear(pieces: readonly HealedPiece[]): void {
    for (const piece of pieces) if (piece.kind === "text") summary += piece.text;
  }

  const current = (): ResponseObject => ({ ...response, output: [], usage: usage.total() });

  function item(): CompactionItem {
    const sealed: CompactionItem = {
      type: "compaction",
      id: newId("cmp"),
      encrypted_content: seal(summary.trim()),
    };
    emit({ type: "response.output_item.added", output_index: 0, item: sealed });
    emit({ type: "response.output_item.done", output_index: 0, item: sealed });
    return sealed;
  }

  return {
    open() {
      emit({ type: "response.created", response: current() });
      emit({ type: "response.in_progress", response: current() });
    },
    chunk(chunk) {
      const choice = chunk.choices?.find(({ index }) => index === 0);
      if (choice?.delta?.reasoning_content) usage.thought();
      if (choice?.delta?.content) hear(healer.push(choice.delta.content));
      if (choice?.finish_reason != null) {
        hear(healer.end());
        finishReason = choice.finish_reason;
      }
      usage.chunk(chunk);
    },
    beat(note) {
      const event = { type: "response.in_progress" as const, response: current() };
      emit(note === null ? event : { ...event, chaski: note });
    },
    finished: () => finishReason !== null,
    heldText: () => null,
    silent: () => incompleteReason(finishReason) === null && summary.trim() === "",
    explainSilence() {
      // A conversation must not be replaced by nothing.
      throw upstreamFailure("Cannot compact the conversation: the model wrote no summary.");
    },
    restart(calls) {
      healer = newHealer(calls);
      summary = "";
      finishReason = null;
    },
    finish() {
      const reason = incompleteReason(finishReason);
      if (reason !== null) {
        const last = { status: "incomplete" as const, incomplete_details: { reason } };
        return emit({ type: "response.incomplete", response: { ...current(), ...last } });
      }
      const output = [item()];
      const last = { status: "completed" as const, completed_at: now(), output };
      emit({ type: "response.completed", response: { ...current(), ...last } });
    },
    fail({ code, message }) {
      const last = {
        status: "failed" as const,
        error: { code: code ?? "server_error", message },
      };
      emit({ type: "response.failed", response: { ...current(), ...last } });
    },
    abandoned: () => ({ ...current(), status: "cancelled" }),
    usage: usage.total,
  };
}
