/** `chaski engine status`: which llama-server there is, and what it can do. */

import type { Device } from "../../engine/devices.ts";
import type { FoundEngine } from "../../engine/find.ts";
import type { Engine } from "../../engine/probe.ts";
import { printable } from "../io.ts";

/** What is known of the llama-server that was found. */
export interface Status {
  found: FoundEngine;
  engine: Engine;
  devices: readonly Device[];
}

/** The options that decide how models are run, by the words that stand for them. */
const ABILITIES: readonly (readonly [string, string, string?])[] = [
  ["fit", "--fit"],
  ["flash-attn-auto", "--flash-attn", "auto"],
  ["kv-unified", "--kv-unified"],
  ["kv-quant", "--cache-type-k", "q8_0"],
  ["cache-ram", "--cache-ram"],
  ["checkpoints", "--ctx-checkpoints"],
  ["slot-save", "--slot-save-path"],
  ["cpu-moe", "--n-cpu-moe"],
  ["draft-mtp", "--spec-type", "draft-mtp"],
  ["reasoning", "--reasoning"],
  ["reasoning-budget", "--reasoning-budget"],
  ["template-kwargs", "--chat-template-kwargs"],
  ["mmproj", "--mmproj"],
  ["list-devices", "--list-devices"],
];

const FROM: Readonly<Record<FoundEngine["from"], string>> = {
  setting: "named by the settings",
  installed: "installed by chaski engine install",
  path: "on the PATH",
  usual: "in a usual place",
};

function abilitiesOf({ supports }: Engine): [string, boolean][] {
  return ABILITIES.map(([word, flag, value]) => [word, supports(flag, value)]);
}

/** A line for each thing that matters. */
export function statusText({ found, engine, devices }: Status): string {
  const { name, build } = engine.version;
  const abilities = abilitiesOf(engine);
  const words = (has: boolean) =>
    abilities.filter(([, each]) => each === has).map(([word]) => word).join(" ");
  const lines: [string, string][] = [
    ["path", found.path],
    ["found", FROM[found.from]],
    ["version", build === null || name === `b${build}` ? name : `${name} (build ${build})`],
    ["can", words(true)],
    ["lacks", words(false)],
    ...devices.map((device): [string, string] => ["device", deviceText(device)]),
    ...(devices.length === 0
      ? [["device", "none, it computes on the CPU"] as [string, string]]
      : []),
  ];
  return lines.filter(([, value]) => value !== "")
    .map(([word, value]) => `${word.padEnd(8)} ${printable(value)}\n`).join("");
}

function deviceText({ id, name, total, free }: Device): string {
  return `${id}: ${name}, ${total} MiB, ${free} MiB free`;
}

/** The same as JSON, for programs. */
export function statusJson({ found, engine, devices }: Status): string {
  const told = {
    path: found.path,
    from: found.from,
    version: engine.version,
    can: Object.fromEntries(abilitiesOf(engine)),
    devices,
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}
