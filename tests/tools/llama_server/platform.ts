/** What is known about the machine that wants a llama-server. */
export interface Machine {
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
  /** The text of `/etc/os-release`; empty where there is none. */
  readonly osRelease: string;
}

/** A Debian that llama-server's packages can be unpacked on. */
export interface DebianMachine {
  /** Debian's name of the architecture. */
  readonly architecture: "amd64" | "arm64";
  /** The release's name, such as `bookworm`; empty where it does not say. */
  readonly codename: string;
}

/** How llama-server gets onto a machine: from Debian's packages, or by a command the user runs. */
export type WayToLlamaServer =
  | { readonly way: "debian"; readonly debian: DebianMachine }
  | { readonly way: "command"; readonly system: string; readonly command: string };

const HOMEBREW = "brew install llama.cpp";
const COMMANDS: Readonly<Record<string, string>> = {
  fedora: "sudo dnf install llama-cpp",
  nixos: "nix profile install nixpkgs#llama-cpp",
};

/** Decides how llama-server gets onto a machine. */
export function wayToLlamaServer({ os, arch, osRelease }: Machine): WayToLlamaServer {
  if (os === "windows") {
    return { way: "command", system: "Windows", command: "winget install llama.cpp" };
  }
  if (os === "darwin") return { way: "command", system: "macOS", command: HOMEBREW };
  const release = readOsRelease(osRelease);
  const id = release.get("ID") ?? "";
  const architecture = DEBIAN_ARCHITECTURES[arch];
  if (os === "linux" && id === "debian" && architecture) {
    const codename = release.get("VERSION_CODENAME") ?? "";
    return { way: "debian", debian: { architecture, codename } };
  }
  const system = release.get("PRETTY_NAME") || release.get("NAME") || os;
  return { way: "command", system: `${system} (${arch})`, command: COMMANDS[id] ?? HOMEBREW };
}

const DEBIAN_ARCHITECTURES: Readonly<Record<string, DebianMachine["architecture"]>> = {
  x86_64: "amd64",
  aarch64: "arm64",
};

/** Reads the `KEY=value` lines of os-release(5); values may be quoted as in a shell. */
export function readOsRelease(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    entries.set(key, value.replace(/^(["'])(.*)\1$/, "$2").replace(/\\(.)/g, "$1"));
  }
  return entries;
}
