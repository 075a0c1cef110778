/** What `codex exec --json` prints: one JSON object a line, named as Codex 0.169 names them. */

/** Something that Codex did or was told. Which fields there are depends on `type`. */
export interface CodexItem {
  readonly id: string;
  /** `agent_message`, `reasoning`, `command_execution`, `error` and more. */
  readonly type: string;
  /** Of messages and reasoning. */
  readonly text?: string;
  /** Of errors. */
  readonly message?: string;
  /** Of commands: the shell's command line. */
  readonly command?: string;
  /** Of commands: what it wrote to stdout and stderr. */
  readonly aggregated_output?: string;
  /** Of commands: null while it runs. */
  readonly exit_code?: number | null;
}

/** One line. */
export interface CodexEvent {
  /** `thread.started`, `turn.completed`, `item.completed`, `error` and more. */
  readonly type: string;
  readonly item?: CodexItem;
  /** Of `error`: a retry that Codex tells of. */
  readonly message?: string;
  /** Of `turn.failed`: what the user reads last. */
  readonly error?: { readonly message: string };
  /** Of `turn.completed`: the sums over the turn's requests. */
  readonly usage?: Readonly<Record<string, number>>;
}

/** The items of one type that were completed, in their order. */
export function completedItems(events: readonly CodexEvent[], type: string): CodexItem[] {
  return events.flatMap(({ type: event, item }) =>
    event === "item.completed" && item?.type === type ? [item] : []
  );
}

/** What Codex said of its own accord, retries included, in its order. */
export function errorMessages(events: readonly CodexEvent[]): string[] {
  return events.flatMap(({ type, item, message, error }) => {
    const said = type === "item.completed" && item?.type === "error" ? item.message : undefined;
    return [said ?? message ?? error?.message ?? []].flat();
  });
}
