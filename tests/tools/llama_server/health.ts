const PROBE_MS = 1000;

/**
 * Asks a server on this machine for `GET /health`. It speaks HTTP by itself, because `fetch` would go
 * through a proxy that the environment names, and a model that still loads may not answer at all.
 *
 * @returns whether the answer's status is 200; an unreachable or silent server is not healthy
 */
export async function isHealthy(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const timer = setTimeout(() => connection.close(), PROBE_MS);
    try {
      return await healthStatus(connection) === 200;
    } finally {
      clearTimeout(timer);
    }
  } catch {
    // Refused, reset or closed by the timer: all mean the same to the caller.
    return false;
  }
}

async function healthStatus(connection: Deno.Conn): Promise<number> {
  const request = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(64);
  const length = await connection.read(buffer) ?? 0;
  const line = new TextDecoder().decode(buffer.subarray(0, length));
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
}
