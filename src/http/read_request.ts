import type { CreateResponse } from "../protocol/responses/schema.ts";

/** A checked request, and how many bytes it came in. */
export interface ReadRequest {
  request: CreateResponse;
  size: number;
}
