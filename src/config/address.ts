/**
 * Addresses in one canonical spelling, so that what is checked is what is used.
 */

/** An address, or the sentence's end that says what is wrong with it. */
export type Parsed = { ok: true; value: string } | { ok: false; reason: string };

/**
 * The base URL of llama-server without trailing slash and without `/v1`, because Chaski calls
 * routes of both kinds (`/v1/chat/completions`, `/slots`). Credentials and queries are refused:
 * they end up in logs.
 */
export function parseUpstream(text: string): Parsed {
  if (!/^https?:\/\//i.test(text.trim())) {
    return { ok: false, reason: "expected a URL that starts with http:// or https://" };
  }
  const url = URL.parse(text.trim());
  if (!url) return { ok: false, reason: "expected a URL like http://127.0.0.1:8080" };
  if (url.username || url.password) {
    return {
      ok: false,
      reason: "credentials do not belong in a URL; set CHASKI_UPSTREAM_KEY instead",
    };
  }
  if (url.search || url.hash) {
    return { ok: false, reason: "expected a URL without a query and without a fragment" };
  }
  const prefix = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "").replace(/\/+$/, "");
  return { ok: true, value: url.origin + prefix };
}

/**
 * A host to listen on, spelled as the URL standard does: `127.1` becomes `127.0.0.1`,
 * `[0:0::1]` becomes `::1`, names become lower case.
 */
export function parseHost(text: string): Parsed {
  const bare = text.trim().replace(/^\[(.*)\]$/, "$1");
  // In brackets a name or an IPv4 address with a port is no host to the URL parser.
  const url = /^[\w.:-]+$/.test(bare) ? URL.parse(`http://${bracketed(bare)}`) : null;
  if (!url?.hostname) {
    return {
      ok: false,
      reason: "expected a name or an IP address to listen on, without scheme and port",
    };
  }
  return { ok: true, value: url.hostname.replace(/^\[(.*)\]$/, "$1") };
}

/** Whether only this machine can reach the (canonical) host: 127.0.0.0/8, ::1, localhost. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** A host as it stands before `:port`: an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
