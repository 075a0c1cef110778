/**
 * The servers of a run: the mock, the reference, and the gateway under test.
 */

import type { Programs } from "./build.ts";
import type { Children, Server } from "./children.ts";
import type { Subject, Subjects } from "./load.ts";
import type { BenchOptions } from "./options.ts";

const root = new URL("../../", import.meta.url).pathname;
const agreedMockPort = 9900;

/** Starts the mock, or finds it listening on the port that was asked for; resolves to its URL. */
export async function startMock(
  children: Children,
  programs: Programs,
  options: BenchOptions,
): Promise<URL> {
  const agreed = options.url || options.mockOnly ? agreedMockPort : undefined;
  const port = options.mockPort ?? agreed;
  if (port !== undefined) {
    const url = new URL(`http://127.0.0.1:${port}`);
    if (await isMock(url)) return url;
  }
  const args = port === undefined ? [] : [`${port}`];
  return (await children.start({ name: "mock_llama", program: programs.mockLlama, args })).url;
}

async function isMock(url: URL): Promise<boolean> {
  try {
    const response = await fetch(new URL("/stats", url));
    return "last_cancel_us" in await response.json();
  } catch {
    // Nothing listens, or something that is no mock: starting one will tell which.
    return false;
  }
}

/** Starts what is to be compared; the mock runs already. */
export async function startSubjects(
  children: Children,
  mock: URL,
  options: BenchOptions,
): Promise<Subjects> {
  const { port, pid } = await startReference(children, mock);
  return {
    direct: { port: Number(mock.port), api: "chat" },
    reference: { port, pid, api: "chat" },
    gateway: await startGateway(children, mock, options),
  };
}

function startReference(children: Children, mock: URL): Promise<Server> {
  return children.start({
    name: "passthrough",
    program: Deno.execPath(),
    args: ["run", "-A", new URL("passthrough.ts", import.meta.url).pathname, mock.origin],
  });
}

async function startGateway(
  children: Children,
  mock: URL,
  { api, url, pid, binary }: BenchOptions,
): Promise<Subject> {
  if (url) {
    return { port: Number(url.port), api, ...(pid === undefined ? {} : { pid }) };
  }
  const serve = ["serve", "--upstream", mock.origin, "--host", "127.0.0.1", "--port", "0"];
  const source = ["run", "-A", "--config", `${root}deno.json`, `${root}main.ts`];
  const server = await children.start({
    name: "chaski",
    program: binary ? await Deno.realPath(binary) : Deno.execPath(),
    args: [...(binary ? [] : source), ...serve, "--no-auth"],
    env: cleanEnvironment(children.folder),
  });
  return { port: server.port, pid: server.pid, api };
}

/** No settings or stored data of the person who runs the bench may change what is measured. */
function cleanEnvironment(folder: string): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("CHASKI_"));
  return { ...Object.fromEntries(kept), XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
}
