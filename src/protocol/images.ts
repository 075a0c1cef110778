/** Images in a conversation: which can be shown, and what stands for those that cannot. */
import { type ApiError, invalidRequest } from "./error.ts";

/** Why a model without a projector gets no image. */
export const BLIND = "this model cannot see images";

/** Anything else, above all file://, is llama-server's own machine and none of the client's. */
export function isShowable(url: unknown): url is string {
  return typeof url === "string" && /^(?:data:|https?:\/\/)/i.test(url);
}

/** The text in an image's place. */
export function omittedImage(reason: string): string {
  return `[image omitted: ${reason}]`;
}

/** The refusal of an image, where the operator wants none left out. */
export function imageRefused(reason: string, param: string): ApiError {
  return invalidRequest(`Cannot show an image: ${reason}`, param, "image_not_supported");
}
