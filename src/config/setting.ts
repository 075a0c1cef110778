/**
 * What makes a schema a setting: what it means, and to whom it is told.
 */

import { z } from "zod";
import type { Parsed } from "./address.ts";

/** What a setting means to the person who sets it. */
export interface SettingInfo {
  about: string;
  /** The command line option, where there is one, in commander's notation. */
  flag?: string;
  /** Heading of the help under which the option stands. */
  group?: string;
  /** The default in words, where it is not a value. */
  fallback?: string;
  /** A path, or several; in the config file they are seen from the folder of that file. */
  isPath?: true;
  /** Whether the `models` commands take the option, too. */
  ofModels?: true;
}

/** One setting, with its dotted key of the config file, like `limits.body_mb`. */
export interface KeyedSetting extends SettingInfo {
  key: string;
  schema: z.ZodType;
}

const infos = z.registry<SettingInfo>();

/** The schema, with what it means from now on. */
export function setting<T extends z.ZodType>(schema: T, info: SettingInfo): T {
  infos.add(schema, info);
  return schema;
}

/** A text as `parse` understands it. */
export function address(parse: (text: string) => Parsed) {
  return z.string().max(2048).transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.reason });
    return z.NEVER;
  });
}

const onePath = z.string().trim().max(4096)
  .refine((text) => text !== "" && !text.includes("\0"), "expected a path")
  // No shell expands `~` inside a variable or a file: it would become a folder of that name.
  .refine((text) => !text.startsWith("~"), "expected a path written out in full, without ~");

/** A path, or nothing. */
export function path(info: SettingInfo) {
  return setting(onePath.optional(), { ...info, isPath: true });
}

/** At most 64 paths. */
export function paths(info: SettingInfo) {
  return setting(z.array(onePath).max(64).default([]), { ...info, isPath: true });
}

/** The settings of a shape, in its order; their keys begin with `prefix`. */
export function keyed(shape: Readonly<Record<string, z.ZodType>>, prefix: string): KeyedSetting[] {
  return Object.entries(shape).map(([name, schema]) => ({
    ...infos.get(schema) ?? { about: "" },
    key: prefix + name,
    schema,
  }));
}
