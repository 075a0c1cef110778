import { join } from "node:path";
import { aptGet } from "./apt_get.ts";
import type { DebianMachine } from "./platform.ts";

/** Where packages come from. */
export interface PackageSource {
  readonly architecture: DebianMachine["architecture"];
  /** The suite to take packages from, such as `forky`. */
  readonly suite: string;
  /** The mirror's address, ending before `/dists`. */
  readonly mirror: string;
}

/** An apt with sources, lists and archives of its own; the system's apt stays untouched. */
export interface PrivateApt {
  /** Reads the suite's index, verified by `keyring` (a path; `undefined`: the keys that apt trusts). */
  update(keyring: string | undefined): Promise<void>;
  /** How many bytes {@linkcode download} would fetch. */
  size(packages: readonly string[]): Promise<number>;
  /** Fetches packages and what they depend on. */
  download(packages: readonly string[]): Promise<void>;
  /** The folder that the fetched `.deb` files are in. */
  readonly archives: string;
}

/** Sets a private apt up in `root`, an empty folder. */
export async function privateApt(root: string, source: PackageSource): Promise<PrivateApt> {
  for (const folder of ["lists/partial", "archives/partial", "parts"]) {
    await Deno.mkdir(join(root, folder), { recursive: true });
  }
  await Deno.writeTextFile(join(root, "status"), claimedAsInstalled(source.architecture));
  const configuration = join(root, "conf");
  await Deno.writeTextFile(configuration, configurationOf(root, source.architecture));
  const apt = (purpose: string, ...args: string[]) =>
    aptGet(purpose, [`-c=${configuration}`, ...args]);
  return {
    archives: join(root, "archives"),
    async update(keyring) {
      await Deno.writeTextFile(join(root, "parts", "chaski.sources"), sourcesOf(source, keyring));
      // Of a missing index apt only warns, unless it is asked to fail.
      const failing = ["-o", "APT::Update::Error-Mode=any"];
      await apt(`read the index of Debian ${source.suite}`, "update", ...failing);
    },
    async size(packages) {
      return downloadSize(await apt(FETCH, "install", "--print-uris", "-qq", ...packages));
    },
    async download(packages) {
      await apt(FETCH, "install", "--download-only", ...packages);
    },
  };
}

const FETCH = "fetch llama-server's packages";

/** Adds up the sizes in the output of `apt-get --print-uris`: lines of `'address' name size hash`. */
export function downloadSize(uris: string): number {
  const sizes = uris.matchAll(/^'[^']*' \S+ (\d+)/gm);
  return [...sizes].reduce((sum, [, size]) => sum + Number(size), 0);
}

// They belong to the packages' maintainer scripts, which never run here; claiming them spares a good
// part of the download.
function claimedAsInstalled(architecture: string): string {
  return ["wget", "debconf"].map((name) =>
    `Package: ${name}
Status: install ok installed
Maintainer: none
Architecture: ${architecture}
Multi-Arch: foreign
Version: 999
Description: placeholder
`
  ).join("\n");
}

function sourcesOf({ mirror, suite, architecture }: PackageSource, keyring?: string): string {
  const signed = keyring === undefined ? "" : `Signed-By: ${keyring}\n`;
  return `Types: deb
URIs: ${mirror}
Suites: ${suite}
Components: main
Architectures: ${architecture}
${signed}`;
}

// The date of validity is not checked, because a mirror may be a frozen snapshot; signatures are.
function configurationOf(root: string, architecture: string): string {
  return `Dir::State "${root}";
Dir::State::lists "${root}/lists";
Dir::State::status "${root}/status";
Dir::State::extended_states "${root}/extended_states";
Dir::Cache "${root}";
Dir::Cache::archives "${root}/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${root}/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "${root}";
APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Acquire::IndexTargets::deb::DEP-11 { DefaultEnabled "false"; };
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
`;
}
