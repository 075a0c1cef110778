/** The error for a name that no model has. */
import { ApiError } from "../protocol/error.ts";

/** Names that are told, and characters of the one that was asked for. */
const MOST_NAMED = 20;
const LONGEST_NAME = 100;

const WHAT_TO_DO =
  'Use one of these names, or set default_model = "any" in Chaski\'s configuration';

/**
 * @param ids of the models that there are
 * @param whatToDo without a full stop
 */
export function unknownModel(
  name: string,
  ids: readonly string[],
  whatToDo = WHAT_TO_DO,
): ApiError {
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  const more = ids.length - MOST_NAMED;
  const named = ids.slice(0, MOST_NAMED).map((id) => `'${id}'`).join(", ");
  const there = ids.length === 0 ? "none" : `${named}${more > 0 ? ` and ${more} more` : ""}`;
  return new ApiError(
    `Cannot find the model '${shown}': there is ${there}. ${whatToDo}.`,
    { status: 404, type: "invalid_request_error", code: "model_not_found", param: "model" },
  );
}
