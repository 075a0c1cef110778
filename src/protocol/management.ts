/** The bodies of what manages models. */
import { z } from "zod";

/** `POST …/load` and `…/unload`: a model by any of its names. */
export const modelRequest = z.object({
  model: z.string().min(1),
  /** Whether the answer comes when it is done. */
  wait: z.boolean().nullish(),
});

/** `POST /admin/folders`. */
export const folderRequest = z.object({ path: z.string().min(1) });
