import { assertEquals } from "@std/assert";
import { HEAD, isForeign, type Target } from "../../src/engine/executable.ts";

/** The beginning of a file, with zeros behind the given bytes. */
function head(bytes: readonly number[], machine?: number): Uint8Array {
  const whole = new Uint8Array(HEAD);
  whole.set(bytes);
  if (machine !== undefined) whole[18] = machine;
  return whole;
}

const ELF = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const PC: Target = { os: "linux", arch: "x86_64" };
const ARM: Target = { os: "linux", arch: "aarch64" };
const MAC: Target = { os: "darwin", arch: "aarch64" };
const WINDOWS: Target = { os: "windows", arch: "x86_64" };

const CASES: [string, Uint8Array, Target[], Target[]][] = [
  ["ELF for x86-64", head(ELF, 62), [PC], [ARM, MAC, WINDOWS]],
  ["ELF for arm64", head(ELF, 183), [ARM], [PC, MAC, WINDOWS]],
  ["ELF of big-endian machines", head([0x7f, 0x45, 0x4c, 0x46, 2, 2], 62), [], [PC, ARM]],
  ["Mach-O", head([0xcf, 0xfa, 0xed, 0xfe]), [MAC], [PC, ARM, WINDOWS]],
  ["Mach-O for several", head([0xca, 0xfe, 0xba, 0xbe]), [MAC], [PC, ARM, WINDOWS]],
  ["Windows' format", head([0x4d, 0x5a]), [WINDOWS], [PC, ARM, MAC]],
  ["a script", new TextEncoder().encode("#!/bin/sh\necho a long one\n"), [PC, ARM, MAC], []],
  ["next to nothing", new Uint8Array(ELF), [PC, ARM, MAC, WINDOWS], []],
];

for (const [what, bytes, own, foreign] of CASES) {
  Deno.test(`isForeign() knows where ${what} may run`, () => {
    assertEquals(own.map((target) => isForeign(bytes, target)), own.map(() => false));
    assertEquals(foreign.map((target) => isForeign(bytes, target)), foreign.map(() => true));
  });
}

Deno.test("isForeign() takes this process's own program for none", async () => {
  using file = await Deno.open(Deno.execPath());
  const bytes = new Uint8Array(HEAD);
  assertEquals(await file.read(bytes), HEAD);
  assertEquals(isForeign(bytes, Deno.build), false);
});
