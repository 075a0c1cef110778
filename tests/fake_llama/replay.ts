/** Gives a real llama-server's recorded answer again. */
import type { Exchange } from "../transcript.ts";
import { type Script, sse, status } from "./script.ts";

/** The recorded status and body; of a stream every event is one HTTP chunk. */
export function replay({ response }: Exchange): Script {
  const type = response.headers["content-type"] ?? "";
  if (type !== "text/event-stream") {
    return status(response.status, response.body, { "Content-Type": type });
  }
  const events = response.body.split("\n\n").map((event) => sse.raw(`${event}\n\n`));
  return [sse.head(response.status), events];
}
