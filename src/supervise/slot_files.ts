/**
 * What a model has read of its conversations, kept on disk while it is unloaded, so that they need
 * not be read again. llama-server writes and reads the files itself (`/slots`, 0.7.0); a model that
 * sees images cannot do that, and refuses.
 */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../protocol/record.ts";
import type { Llama } from "../upstream/llama.ts";

export interface SlotFiles {
  /** Where llama-server may write; its own argument names it too. */
  readonly folder: string;
  /** Makes the folder anew where it is gone: no llama-server starts without it. */
  makeFolder(): Promise<void>;
  /** Saves what the slots hold; what cannot be saved is read again later. Never rejects. */
  save(key: string, llama: Llama): Promise<void>;
  /**
   * Gives the slots back what was saved under the key, which must tell of all that shapes it. Never
   * rejects.
   */
  restore(key: string, llama: Llama): Promise<void>;
}

/** Milliseconds: another model may be waiting. */
const PATIENCE = 10_000;

/**
 * @param folder is made, for its owner alone: the files hold what was said
 * @param most bytes of all files; the oldest go first
 */
export async function openSlotFiles(folder: string, most: number): Promise<SlotFiles> {
  const makeFolder = () => makeOwn(folder);
  await makeFolder();
  const nameOf = (key: string, slot: number) => `${key}-${slot}.bin`;
  const remove = (name: string) => Deno.remove(join(folder, name)).catch(() => {});

  return {
    folder,
    makeFolder,
    async save(key, llama) {
      const signal = AbortSignal.timeout(PATIENCE);
      try {
        if (!await hasRoom(folder, most)) return;
        for (const slot of usedSlots(await llama.getJson("/slots", signal))) {
          const filename = nameOf(key, slot);
          await llama.postJson(`/slots/${slot}?action=save`, { filename }, signal)
            .catch((error) => remove(filename).then(() => Promise.reject(error)));
        }
      } catch {
        // The conversation is in the request; only time is lost.
      }
      await prune(folder, most).catch(() => {});
    },
    async restore(key, llama) {
      const signal = AbortSignal.timeout(PATIENCE);
      for (const name of await namesIn(folder).catch(() => [])) {
        const slot = name.startsWith(`${key}-`) ? /-(\d+)\.bin$/.exec(name)?.[1] : undefined;
        if (slot === undefined) continue;
        await llama.postJson(`/slots/${slot}?action=restore`, { filename: name }, signal)
          .catch(() => {});
        await remove(name);
      }
    },
  };
}

/** Takes away what was saved when it was still to be kept. Never rejects. */
export async function removeSlotFiles(folder: string): Promise<void> {
  for (const name of await namesIn(folder).catch(() => [])) {
    await Deno.remove(join(folder, name)).catch(() => {});
  }
}

/** A folder of before may be open to others. */
async function makeOwn(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (Deno.build.os !== "windows") await Deno.chmod(folder, 0o700);
}

/** The slots that hold something; those that were never used tell no number (0.7.0). */
function usedSlots(slots: unknown): number[] {
  return (Array.isArray(slots) ? slots : []).filter(isRecord).flatMap(({ id, n_prompt_tokens }) =>
    typeof id === "number" && Number(n_prompt_tokens) > 0 ? [id] : []
  );
}

/** How large a file will be is not known before it is written. */
async function hasRoom(folder: string, most: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize > 2 * most;
}

async function prune(folder: string, most: number): Promise<void> {
  const files = await Promise.all((await namesIn(folder)).map(async (name) => {
    const info = await Deno.stat(join(folder, name)).catch(() => null);
    return { name, size: info?.size ?? 0, at: info?.mtime?.getTime() ?? 0 };
  }));
  let sum = 0;
  for (const { name, size } of files.toSorted((a, b) => b.at - a.at)) {
    sum += size;
    if (sum > most) await Deno.remove(join(folder, name)).catch(() => {});
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".bin")) names.push(name);
  }
  return names;
}
