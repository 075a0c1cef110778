import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Machine,
  readOsRelease,
  type WayToLlamaServer,
  wayToLlamaServer,
} from "../tools/llama_server/platform.ts";

const DEBIAN_12 = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
`;
const UBUNTU = `PRETTY_NAME="Ubuntu 24.04.2 LTS"
ID=ubuntu
ID_LIKE=debian
VERSION_CODENAME=noble
`;
const FEDORA = "NAME='Fedora Linux'\nID=fedora\nVERSION_ID=42\n";
const DEBIAN_SID = 'PRETTY_NAME="Debian GNU/Linux forky/sid"\nID=debian\n';

const command = (system: string, command: string): WayToLlamaServer => ({
  way: "command",
  system,
  command,
});
const machine = (
  os: Machine["os"],
  arch: Machine["arch"],
  osRelease = "",
): Machine => ({ os, arch, osRelease });
const BREW = "brew install llama.cpp";

const TABLE: ReadonlyArray<readonly [Machine, WayToLlamaServer]> = [
  [
    machine("linux", "x86_64", DEBIAN_12),
    { way: "debian", debian: { architecture: "amd64", codename: "bookworm" } },
  ],
  [
    machine("linux", "aarch64", DEBIAN_12),
    { way: "debian", debian: { architecture: "arm64", codename: "bookworm" } },
  ],
  [
    machine("linux", "x86_64", DEBIAN_SID),
    { way: "debian", debian: { architecture: "amd64", codename: "" } },
  ],
  [machine("linux", "x86_64", UBUNTU), command("Ubuntu 24.04.2 LTS (x86_64)", BREW)],
  [
    machine("linux", "x86_64", FEDORA),
    command("Fedora Linux (x86_64)", "sudo dnf install llama-cpp"),
  ],
  [
    machine("linux", "x86_64", "ID=nixos\nNAME=NixOS\n"),
    command("NixOS (x86_64)", "nix profile install nixpkgs#llama-cpp"),
  ],
  [machine("linux", "x86_64"), command("linux (x86_64)", BREW)],
  [machine("darwin", "aarch64"), command("macOS", BREW)],
  [machine("windows", "x86_64"), command("Windows", "winget install llama.cpp")],
  [machine("freebsd", "x86_64"), command("freebsd (x86_64)", BREW)],
];

Deno.test("`wayToLlamaServer()` decides by the system and its architecture", () => {
  for (const [given, way] of TABLE) assertEquals(wayToLlamaServer(given), way);
});

Deno.test("`readOsRelease()` takes quotes and escapes away and skips other lines", () => {
  const text = `# comment\nA="x \\"y\\" \\$z"\nB='q'\nC=plain\nnot a line\nD=\n`;
  assertEquals(Object.fromEntries(readOsRelease(text)), {
    A: 'x "y" $z',
    B: "q",
    C: "plain",
    D: "",
  });
});

Deno.test("`readOsRelease()` keeps any plain value", () => {
  fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9 ._/-]*$/), (value) => {
    assertEquals(readOsRelease(`KEY="${value}"\n`).get("KEY"), value);
  }));
});
