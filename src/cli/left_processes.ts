/** Ends what an earlier Chaski on the same data directory left running. */
import type { Log } from "../log.ts";
import type { LocalProcess, Processes } from "../store/local.ts";
import { endRemains, type Fate } from "../supervise/remains.ts";

/**
 * To be called at the start, while the store is this process's alone: whatever it names is no other
 * Chaski's. Takes up to 10 s where a process does not end. Never rejects.
 */
export async function endLeftProcesses(
  processes: Processes,
  log: Log,
  end = endRemains,
): Promise<void> {
  try {
    const all = processes.list();
    await Promise.all(all.map(async (left) => settle(left, await end(left), processes, log)));
  } catch (cause) {
    log.warn(`Cannot look for llama-servers that an earlier Chaski left running: ${cause}`);
  }
}

/** What has become of it is told, and it is forgotten, unless it stays. */
function settle(
  { mark, pid, model }: LocalProcess,
  fate: Fate,
  processes: Processes,
  log: Log,
): void {
  const facts = { pid, model };
  if (fate === "stays") {
    const what = `the llama-server that an earlier Chaski left running (process ${pid}, ${model})`;
    return log.warn(`Cannot end ${what}: it does not react. End it by hand.`, facts);
  }
  processes.remove(mark);
  if (fate === "ended") log.info(`ended the llama-server ${pid} that was left running`, facts);
  if (fate === "unknown") {
    const end = "End it by hand if it still is a llama-server.";
    log.warn(`An earlier Chaski may have left process ${pid} (${model}) running. ${end}`, facts);
  }
}
