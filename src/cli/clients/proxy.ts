/** Proxies of the environment, which clients ask also for what runs on this machine. Pure. */

type Env = Readonly<Record<string, string | undefined>>;

/** What most programs ask for `http:` addresses. */
const PROXIES: readonly string[] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTIONS = ["no_proxy", "NO_PROXY"];

/** The variable by which a client would reach the address through a proxy; null when none does. */
export function proxyInTheWay(url: string, env: Env, proxies = PROXIES): string | null {
  const proxy = proxies.find((name) => env[name]);
  const { hostname, protocol } = new URL(url);
  if (proxy === undefined || protocol !== "http:") return null;
  const exceptions = EXCEPTIONS.flatMap((name) => (env[name] ?? "").split(",")).map((each) =>
    each.trim().toLowerCase()
  );
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const excepted = exceptions.some((name) =>
    name === "*" || name === host || name === hostname ||
    name !== "" && host.endsWith(`.${name.replace(/^\./, "")}`)
  );
  return excepted ? null : proxy;
}

/** The environment in which no proxy stands before the address. */
export function withoutProxy(url: string, env: Env, proxies = PROXIES): Env {
  if (proxyInTheWay(url, env, proxies) === null) return env;
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  const known = EXCEPTIONS.flatMap((name) => env[name] || []);
  // Which of the two a program reads is its own affair.
  const exceptions = [...new Set([...known, host])].join(",");
  return { ...env, ...Object.fromEntries(EXCEPTIONS.map((name) => [name, exceptions])) };
}
