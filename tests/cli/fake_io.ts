/**
 * A command line without a process: what was written and what would have been served is kept.
 */

import type { Io } from "../../src/cli/io.ts";
import type { Config } from "../../src/config/config.ts";
import { fakeFiles } from "../config/fake_files.ts";

/** An `Io` on Linux whose server ends at once with code 0, unless told otherwise. */
export interface FakeIo extends Io {
  out: string;
  err: string;
  served: Config[];
}

const GIB = 1024 ** 3;

/** Ann's terminal on Linux, 100 columns wide and without colors, with 16 GiB of RAM and no GPU. */
export function fakeIo(changes: Partial<Io> & { files?: Record<string, string> } = {}): FakeIo {
  const io: FakeIo = {
    out: "",
    err: "",
    served: [],
    stdout: (text) => io.out += text,
    stderr: (text) => io.err += text,
    terminal: false,
    errTerminal: false,
    columns: 100,
    os: "linux",
    readTextFile: fakeFiles(changes.files ?? {}),
    machine: () =>
      Promise.resolve({ ram: { total: 16 * GIB, free: 12 * GIB }, gpus: [], unified: false }),
    confirm: () => null,
    serve(config) {
      io.served.push(config);
      return Promise.resolve(0);
    },
    ...changes,
    env: { HOME: "/home/ann", ...changes.env },
  };
  return io;
}
