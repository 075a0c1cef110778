/**
 * The parts of a request's URL as they were sent. No URL parser: a hostile Host header makes it
 * throw, and Hono's own path is decoded, which would bring control characters into the log.
 */

/** `http://127.0.0.1:8484/v1/models/a%2Fb?x=1` → host `127.0.0.1:8484`, path `/v1/models/a%2Fb`. */
export function requestTarget(url: string): { host: string; path: string } {
  const [, host = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(url) ?? [];
  return { host, path };
}
