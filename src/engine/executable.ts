/** Which processor and system a program's file was built for. Pure. */

/** The machine that is to run it. */
export interface Target {
  os: typeof Deno.build.os;
  arch: typeof Deno.build.arch;
}

/** Bytes at the beginning of a file that tell it. */
export const HEAD = 20;

const ELF = 0x7f454c46;
/** `e_machine` of the ELF specification. */
const MACHINES: Readonly<Record<Target["arch"], number>> = { x86_64: 62, aarch64: 183 };
/** Mach-O for one processor, and for several. */
const MACH_O = [0xcffaedfe, 0xcafebabe];
const MZ = 0x4d5a;

/**
 * Whether the file was plainly built for another machine. Starting it would not tell: the C library
 * hands what the system does not know to a shell, which takes it for a script.
 */
export function isForeign(head: Uint8Array, { os, arch }: Target): boolean {
  if (head.length < HEAD) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  const magic = view.getUint32(0);
  if (magic === ELF) {
    const isBig = view.getUint8(5) === 2;
    return os === "windows" || os === "darwin" || isBig ||
      view.getUint16(18, true) !== MACHINES[arch];
  }
  if (MACH_O.includes(magic)) return os !== "darwin";
  return magic >>> 16 === MZ && os !== "windows";
}
