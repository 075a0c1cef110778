/** Whether a folder that somebody names over the network may be looked into. */
import { isAbsolute, parse } from "node:path";
import { folderProblem } from "./folder_problem.ts";

/** Characters; no system takes more. */
const LONGEST = 4096;

/** Nobody keeps models there, and walking over some of them never ends. */
const OF_THE_SYSTEM = ["/proc", "/sys", "/dev", "/etc", "/private/etc", "/boot", "/run"];

/** The folder behind all links, or what is wrong with it, as the end of a sentence. */
export async function usableFolder(
  path: string,
): Promise<{ path: string } | { problem: string }> {
  if (path.length > LONGEST || path.includes("\0")) return { problem: "this is no path" };
  if (!isAbsolute(path)) return { problem: "expected a path from the root on" };
  try {
    const real = await Deno.realPath(path);
    if (!(await Deno.stat(real)).isDirectory) return { problem: "it is no folder" };
    if (isOfSystem(real)) {
      return { problem: "it belongs to the system. Name one that holds models" };
    }
    for await (const _ of Deno.readDir(real)) break;
    return { path: real };
  } catch (error) {
    return { problem: folderProblem(error) };
  }
}

function isOfSystem(real: string): boolean {
  return real === parse(real).root ||
    OF_THE_SYSTEM.some((folder) => real === folder || real.startsWith(`${folder}/`));
}
