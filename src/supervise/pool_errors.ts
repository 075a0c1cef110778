/** What requests are told that no model can be run for. */
import { ApiError } from "../protocol/error.ts";

/** There is nothing that could be run. */
export function noModels(): ApiError {
  return new ApiError(
    "Cannot find any model on this machine: name a folder with GGUF files by --models-dir, or get " +
      "one by 'chaski models pull'.",
    { status: 404, type: "invalid_request_error", code: "model_not_found", param: "model" },
  );
}

/** Pinned models take the memory. */
export function noRoom(id: string): ApiError {
  return new ApiError(
    `Cannot load the model '${id}': the models that are pinned leave no room for it. ` +
      "Unload one of them, or pin fewer.",
    {
      ...{ status: 503, type: "server_error", code: "server_is_overloaded" },
      ...{ param: "model", retryAfter: 30 },
    },
  );
}

/** Somebody unloaded it while it was loading. */
export function wasUnloaded(id: string): ApiError {
  return new ApiError(`Cannot use the model '${id}': it was unloaded while it was loading.`, {
    ...{ status: 503, type: "server_error", code: "model_unloaded", param: "model" },
  });
}

/** Whatever came up while a model was loaded, in words for the client. */
export function loadError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  return new ApiError("Cannot load the model: Chaski failed at it.", {
    ...{ status: 500, type: "server_error", code: "internal_error", cause },
  });
}
