/** How far a pull is: one line that is written over on a terminal, else a line for every 10 %. */

import type { Progress } from "../../hub/pull.ts";
import { sizeText } from "../../models/size_text.ts";
import type { Io } from "../io.ts";

/** Where progress is told. */
export interface ProgressPlace extends Pick<Io, "stderr" | "errTerminal"> {
  /** Milliseconds. */
  now(): number;
}

/** What takes the steps of a pull. */
export interface Teller {
  tell(progress: Progress): void;
  /** Ends the line. */
  end(): void;
}

/** Milliseconds between two writings of the line. */
const PACE = 200;
/** Milliseconds that the speed is measured over. */
const WINDOW = 10_000;

/** A teller for one pull. */
export function tellProgress({ stderr, errTerminal, now }: ProgressPlace): Teller {
  return errTerminal ? onTerminal(stderr, now) : inLines(stderr);
}

function onTerminal(write: (text: string) => void, now: () => number): Teller {
  const samples: { at: number; done: number }[] = [];
  let written = -Infinity;
  return {
    tell(progress) {
      const { done, total } = progress;
      const at = now();
      if (at - written < PACE && done < total) return;
      written = at;
      samples.push({ at, done });
      while ((samples[0]?.at ?? at) < at - WINDOW) samples.shift();
      const [first = { at, done }] = samples;
      write(`\r${progressText(progress, (done - first.done) / ((at - first.at) / 1000))}\x1b[K`);
    },
    end() {
      if (written > -Infinity) write("\n");
    },
  };
}

/** @param speed bytes a second; nothing is said of one that is none */
function progressText({ done, total }: Progress, speed: number): string {
  const state = `${percent({ done, total })} % of ${sizeText(total)}`;
  if (!(speed > 0 && speed < Infinity)) return state;
  const left = done < total ? `, ${timeText((total - done) / speed)} left` : "";
  return `${state}, ${sizeText(speed)}/s${left}`;
}

function percent({ done, total }: Pick<Progress, "done" | "total">): number {
  return total === 0 ? 100 : Math.floor(done / total * 100);
}

/** `1 h 5 min`, `12 min`, `40 s`. */
function timeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.ceil(seconds)} s`;
}

function inLines(write: (text: string) => void): Teller {
  let told = 0;
  return {
    tell(progress) {
      const tenth = Math.floor(percent(progress) / 10) * 10;
      if (tenth <= told) return;
      told = tenth;
      write(`${tenth} % of ${sizeText(progress.total)}\n`);
    },
    end() {},
  };
}
