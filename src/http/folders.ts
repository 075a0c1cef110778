/** `/admin/folders`: where models are looked for. Paths are told here, and nowhere else. */
import { parseBody } from "../protocol/conversations.ts";
import { ApiError } from "../protocol/error.ts";
import { folderRequest } from "../protocol/management.ts";
import type { Folder } from "../upstream/management.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { managementOf } from "./managing.ts";

/** `GET /admin/folders`. */
export function listFolders(c: Context, services: Services): Response {
  return c.json({ object: "list", data: managementOf(services).folders.list().map(shown) });
}

/** `POST /admin/folders`: 201, or 200 where it is looked into already. */
export async function addFolder(c: Context, services: Services): Promise<Response> {
  const { folders } = managementOf(services);
  const added = await folders.add(await readPath(c, services));
  return c.json({ object: "list", data: folders.list().map(shown) }, added ? 201 : 200);
}

/** `DELETE /admin/folders?path=…`, or with the path in a body. */
export async function removeFolder(c: Context, services: Services): Promise<Response> {
  const { folders } = managementOf(services);
  const path = c.req.query("path") || await readPath(c, services);
  if (await folders.remove(path)) return c.json({ object: "folder.deleted", path, deleted: true });
  throw new ApiError("Cannot take the folder away: it is none of those that are looked into.", {
    ...{ status: 404, type: "invalid_request_error", code: "folder_not_found", param: "path" },
  });
}

async function readPath(c: Context, { config }: Services): Promise<string> {
  const { json } = await readJson(c.req.raw, config.limits);
  return parseBody(json, folderRequest).path;
}

function shown({ path, fixed, addedAt }: Folder) {
  return { path, fixed, added_at: addedAt };
}
