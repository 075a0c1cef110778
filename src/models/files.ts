/** What the names of model files tell, and which files belong to one model. Pure. */

/** Who put a file where it is. */
export type Source = "folder" | "huggingface" | "lmstudio" | "ollama";

/** A GGUF file that was found, its header not read yet. */
export interface FoundFile {
  path: string;
  /** Without its folders. */
  name: string;
  size: number;
  /** The same for every name of one file on the disk. */
  identity: string;
  /** Folders from the one that was searched down to the file. */
  folders: readonly string[];
  /** Files of one collection may belong together. */
  collection: string;
  source: Source;
  /** Whose model it is, as far as the place says: `unsloth`. */
  owner: string | null;
  /** The model's name where the file's own says nothing: `model.gguf`. */
  otherwise: string | null;
  /** Further names for it, from where it was found: `unsloth/Qwen3-8B-GGUF`. */
  aliases: readonly string[];
}

/** The file or the parts of one model. */
export interface FileGroup {
  /** In the order of the parts; never empty. */
  files: readonly [FoundFile, ...FoundFile[]];
  /** The name of the file without `.gguf` and without the number of its part. */
  base: string;
  /** Of how many parts there must be; 1 for a single file. */
  parts: number;
  /** Whether the first is there, which tells of the whole. */
  hasFirst: boolean;
}

const PART = /-(\d{5})-of-(\d{5})$/;

/** Whether a file of this name can be a model; a hidden one or a download under way cannot. */
export function isModelFile(name: string): boolean {
  return /\.gguf$/i.test(name) && !/^(?:\.|downloading_)/i.test(name);
}

/** Whether a file of this name says that the one beside it, which it is named after, is not whole. */
export function downloadOf(name: string): string | null {
  return /^(.*\.gguf)\.(?:aria2|part|crdownload|downloadInProgress|incomplete)$/i.exec(name)?.[1] ??
    null;
}

/** The file's name without its ending. */
export function baseOf(name: string): string {
  return name.replace(/\.gguf$/i, "");
}

/**
 * Parts the number of its part from a name (without `.gguf`); one that cannot be one of a part
 * belongs to the name.
 */
export function partOf(name: string): { base: string; part: number; parts: number } {
  const [, part = 0, parts = 0] = (PART.exec(name) ?? []).map(Number);
  const isPart = part >= 1 && part <= parts;
  return isPart ? { base: name.replace(PART, ""), part, parts } : { base: name, part: 1, parts: 1 };
}

/** Joins the parts of models; the order of the first files stays. */
export function groupParts(files: readonly FoundFile[]): FileGroup[] {
  const groups = new Map<string, { base: string; parts: number; byPart: Map<number, FoundFile> }>();
  for (const file of files) {
    const { base, part, parts } = partOf(baseOf(file.name));
    // llama-server looks for the others beside the first.
    const folder = file.path.slice(0, -file.name.length);
    const key = JSON.stringify([file.collection, folder, base, parts]);
    const group = groups.get(key) ?? { base, parts, byPart: new Map<number, FoundFile>() };
    if (!group.byPart.has(part)) group.byPart.set(part, file);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ base, parts, byPart }) => {
    const [first, ...rest] = [...byPart].sort(([a], [b]) => a - b).map(([, file]) => file);
    return first ? [{ files: [first, ...rest], base, parts, hasFirst: byPart.has(1) }] : [];
  });
}
