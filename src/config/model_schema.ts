/**
 * The settings of one model: a table `[models."NAME"]` of the config file, and nowhere else.
 */

import { z } from "zod";
import { keyed, type KeyedSetting, path, setting } from "./setting.ts";

const name = z.string().trim().refine(
  (text) => /^\P{Cc}{1,200}$/u.test(text),
  "expected a name of 1 to 200 characters",
);

const argument = z.string().max(4096)
  .refine((text) => !text.includes("\0"), "expected arguments without a null character");

/** A day, as everywhere. */
const LONGEST = 86_400;

const own = {
  aliases: setting(z.array(name).max(32).default([]), {
    about: "Further names that clients may use",
  }),
  context: setting(z.int().min(256).max(16_777_216).optional(), {
    about: "Tokens of context of one slot",
    fallback: "what the model was made for, as memory allows",
  }),
  slots: setting(z.int().min(1).max(64).optional(), {
    about: "Requests that it answers at once",
    fallback: "as memory allows",
  }),
  pin: setting(z.boolean().default(false), {
    about: "Never unload it to make room for another model",
  }),
  preload: setting(z.boolean().default(false), {
    about: "Load it when Chaski starts",
  }),
  ttl: setting(z.int().min(0).max(LONGEST).optional(), {
    about: "Seconds of idleness after which it is unloaded; 0: never",
    fallback: "`model_ttl`",
  }),
  gpu_layers: setting(z.int().min(0).max(999).optional(), {
    about: "Layers that the GPU holds",
    fallback: "as memory allows",
  }),
  cache_type: setting(
    z.enum(["f16", "bf16", "f32", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"]).optional(),
    { about: "How keys and values are kept in the KV cache", fallback: "f16" },
  ),
  draft: setting(name.optional(), {
    about: "Name of a small model that drafts tokens for this one",
  }),
  args: setting(z.array(argument).max(64).default([]), {
    about: "Further arguments of llama-server",
  }),
  thinking: setting(z.enum(["auto", "on", "off"]).default("auto"), {
    about: "Whether it thinks where a request says nothing; auto: as suits the model",
  }),
  template_file: path({
    about: "File with the chat template, in place of the model's own",
  }),
};

const FAMILY = "the model's own";

const sampling = {
  temperature: setting(z.number().min(0).max(2).optional(), {
    about: "Temperature where a request names none",
    fallback: FAMILY,
  }),
  top_p: setting(z.number().min(0).max(1).optional(), {
    about: "The same of top-p; 1: off",
    fallback: FAMILY,
  }),
  top_k: setting(z.int().min(0).max(1000).optional(), {
    about: "The same of top-k; 0: off",
    fallback: FAMILY,
  }),
  min_p: setting(z.number().min(0).max(1).optional(), {
    about: "The same of min-p; 0: off",
    fallback: FAMILY,
  }),
  presence_penalty: setting(z.number().min(-2).max(2).optional(), {
    about: "The same of the presence penalty; 0: off",
    fallback: FAMILY,
  }),
  repeat_penalty: setting(z.number().min(0.1).max(2).optional(), {
    about: "The same of the repeat penalty; 1: off",
    fallback: FAMILY,
  }),
};

/** What the config file says of one model; parsing fills in the defaults. */
export const modelSchema = z.strictObject({
  ...own,
  sampling: z.strictObject(sampling).prefault({}),
});

/** Valid settings of one model under the names of the config file. */
export type ModelTable = z.output<typeof modelSchema>;

/** The settings of a model, in the order of the documentation, by their keys in its table. */
export const modelSettings: readonly KeyedSetting[] = [
  ...keyed(own, ""),
  ...keyed(sampling, "sampling."),
];
