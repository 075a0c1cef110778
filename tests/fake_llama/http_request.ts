/** Reads HTTP/1.1 requests off a {@link Wire}: a body by `Content-Length` or in chunks (RFC 9112). */
import { joinBytes, type Wire } from "./wire.ts";

/** One request as it came, its body still undecoded. */
export interface HttpRequest {
  method: string;
  /** The request target with its query, for example `/slots?fail_on_no_slot=1`. */
  path: string;
  /** Header names in lower case; a repeated header joined with `, `. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * The next request, or null when the client closed instead of sending a whole one.
 * Throws SyntaxError for anything that is not HTTP/1.1.
 */
export async function readRequest(wire: Wire): Promise<HttpRequest | null> {
  const first = await wire.line();
  if (first === null) return null;
  const words = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(first);
  if (!words) throw new SyntaxError(`Cannot read request: no HTTP/1.1 request line: ${first}`);
  const [, method = "", path = ""] = words;
  const headers = await readHeaders(wire);
  const body = headers && await readBody(wire, headers);
  return headers && body && { method, path, headers, body };
}

async function readHeaders(wire: Wire): Promise<Record<string, string> | null> {
  const headers: Record<string, string> = {};
  for (;;) {
    const line = await wire.line();
    if (line === null) return null;
    if (line === "") return headers;
    const colon = line.indexOf(":");
    if (colon < 1) throw new SyntaxError(`Cannot read request: no header: ${line}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
}

function readBody(wire: Wire, headers: Record<string, string>): Promise<Uint8Array | null> {
  if (headers["transfer-encoding"]?.toLowerCase() === "chunked") return readChunks(wire);
  const length = headers["content-length"] ?? "0";
  if (!/^\d+$/.test(length)) {
    throw new SyntaxError(`Cannot read request: no content-length: ${length}`);
  }
  return wire.take(Number(length));
}

async function readChunks(wire: Wire): Promise<Uint8Array | null> {
  let body: Uint8Array = new Uint8Array(0);
  for (;;) {
    const line = await wire.line();
    if (line === null) return null;
    if (!/^[0-9a-fA-F]{1,8}$/.test(line)) {
      throw new SyntaxError(`Cannot read request: no chunk size: ${line}`);
    }
    const size = parseInt(line, 16);
    const part = await wire.take(size);
    if (part === null || await wire.line() === null) return null;
    if (size === 0) return body;
    body = joinBytes(body, part);
  }
}
