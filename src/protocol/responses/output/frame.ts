/**
 * What frames the answer of every response: how it begins, which items it holds, and how it ends.
 */
import type { CompactionItem, OutputItem } from "./item_types.ts";
import type { ResponseObject } from "./response.ts";
import type { ResponseSteps, StepContext } from "./step_machine.ts";

/** What every step machine tells alike. */
type Told = Pick<ResponseSteps, "open" | "compacted" | "beat" | "fail" | "abandoned" | "usage">;

export interface Frame {
  told: Told;
  /** The items that are finished, in their order. */
  done: OutputItem[];
  complete(): void;
  /** Ends a response that was cut. */
  incomplete(reason: string): void;
}

/** @param open the item that is still being written, as it stands with a status; null for none */
export function responseFrame(
  { response, emit, now, usage }: Pick<StepContext, "response" | "emit" | "now" | "usage">,
  open: (status: "in_progress" | "incomplete") => OutputItem | null,
): Frame {
  const done: OutputItem[] = [];

  function current(status: "in_progress" | "incomplete"): ResponseObject {
    const last = open(status);
    const output = last === null ? done.slice() : [...done, last];
    return { ...response, output, usage: usage.total() };
  }

  return {
    done,
    told: {
      open() {
        emit({ type: "response.created", response: current("in_progress") });
        emit({ type: "response.in_progress", response: current("in_progress") });
      },
      compacted(item: CompactionItem) {
        const output_index = done.push(item) - 1;
        emit({ type: "response.output_item.added", output_index, item });
        emit({ type: "response.output_item.done", output_index, item });
      },
      beat(note) {
        const event = {
          type: "response.in_progress" as const,
          response: current("in_progress"),
        };
        emit(note === null ? event : { ...event, chaski: note });
      },
      fail({ code, message }) {
        const last = {
          status: "failed" as const,
          error: { code: code ?? "server_error", message },
        };
        emit({ type: "response.failed", response: { ...current("incomplete"), ...last } });
      },
      abandoned: () => ({ ...current("incomplete"), status: "cancelled" }),
      usage: usage.total,
    },
    complete() {
      const last = { status: "completed" as const, completed_at: now() };
      emit({ type: "response.completed", response: { ...current("in_progress"), ...last } });
    },
    incomplete(reason) {
      const last = { status: "incomplete" as const, incomplete_details: { reason } };
      emit({ type: "response.incomplete", response: { ...current("incomplete"), ...last } });
    },
  };
}
