/**
 * The models of this machine as they are at the moment: looked for at the start, when something
 * changes in their folders, and now and then; never while a request waits.
 */
import { discover, type Discovered } from "./discover.ts";
import { headerCache } from "./header_cache.ts";
import type { Places } from "./places.ts";

export interface Catalogue {
  /** What the last look found. */
  found(): Discovered;
  /** Looks now; a look under way is waited for, and followed by another. */
  look(): Promise<Discovered>;
  /** Looks elsewhere from now on. */
  move(places: Places): Promise<Discovered>;
  close(): void;
}

export interface CatalogueOptions {
  /** Called when another look found something else. */
  onChange(found: Discovered): void;
  /** Milliseconds between looks where nothing tells of a change. */
  every?: number;
}

/** Milliseconds: network drives and some containers tell nothing. */
const EVERY = 60_000;
/** Milliseconds: a file that is copied changes all the time. */
const SETTLED = 500;

/** Looks for the first time, and keeps looking. */
export async function openCatalogue(
  places: Places,
  { onChange, every = EVERY }: CatalogueOptions,
): Promise<Catalogue> {
  const headers = headerCache();
  let where = places;
  let looking: Promise<Discovered> | null = null;
  let found = await discover(where, headers.read);
  let watched = watchFolders(foldersOf(where), () => void look());
  const timer = setInterval(() => void look(), every);
  let closed = false;

  async function lookOnce(): Promise<Discovered> {
    headers.forget();
    const next = await discover(where, headers.read);
    const changed = JSON.stringify(next) !== JSON.stringify(found);
    found = next;
    if (changed && !closed) onChange(found);
    return found;
  }

  function look(): Promise<Discovered> {
    const before = looking ?? Promise.resolve();
    const mine: Promise<Discovered> = before.then(lookOnce, lookOnce).finally(() => {
      if (looking === mine) looking = null;
    });
    return looking = mine;
  }

  return {
    found: () => found,
    look,
    move(places) {
      where = places;
      watched.close();
      watched = watchFolders(foldersOf(where), () => void look());
      return look();
    },
    close() {
      closed = true;
      clearInterval(timer);
      watched.close();
    },
  };
}

function foldersOf({ folders, hub, lmStudio, ollama }: Places): string[] {
  return [...folders, ...(hub === null ? [] : [hub]), ...lmStudio?.homes ?? [], ...ollama];
}

/** Calls back once a while after the last of several changes. */
function watchFolders(folders: readonly string[], onChange: () => void): { close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watchers = folders.flatMap((folder) => {
    try {
      return [Deno.watchFs(folder)];
    } catch {
      // Not there, or more than the system can watch: the next regular look finds it.
      return [];
    }
  });
  for (const watcher of watchers) {
    void (async () => {
      for await (const { kind } of watcher) {
        if (kind === "access") continue;
        clearTimeout(timer);
        timer = setTimeout(onChange, SETTLED);
      }
    })().catch(() => {});
  }
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
