import { assertEquals } from "@std/assert";
import {
  besideConfig,
  defaultLocations,
  type Env,
  type Locations,
  type Os,
} from "../../src/config/locations.ts";

const NOWHERE: Locations = { configFile: undefined, dataDir: undefined };
const HOME_LINUX: Locations = {
  configFile: "/home/ann/.config/chaski/chaski.toml",
  dataDir: "/home/ann/.local/share/chaski",
};

const CASES: [string, Os, Env, Locations][] = [
  ["the home folder on Linux", "linux", { HOME: "/home/ann" }, HOME_LINUX],
  ["the home folder on another Unix", "freebsd", { HOME: "/home/ann" }, HOME_LINUX],
  [
    "XDG folders before the home folder",
    "linux",
    { HOME: "/home/ann", XDG_CONFIG_HOME: "/etc/ann", XDG_DATA_HOME: "/srv/ann/" },
    { configFile: "/etc/ann/chaski/chaski.toml", dataDir: "/srv/ann/chaski" },
  ],
  [
    "XDG folders without a home folder",
    "linux",
    { XDG_CONFIG_HOME: "/etc/ann" },
    { configFile: "/etc/ann/chaski/chaski.toml", dataDir: undefined },
  ],
  [
    "no relative and no empty XDG folder",
    "linux",
    { HOME: "/home/ann", XDG_CONFIG_HOME: "conf", XDG_DATA_HOME: "" },
    HOME_LINUX,
  ],
  ["nothing on Linux without variables", "linux", {}, NOWHERE],
  ["nothing for a relative home folder", "linux", { HOME: "ann" }, NOWHERE],
  [
    "Application Support on macOS, whatever XDG says",
    "darwin",
    { HOME: "/Users/ann", XDG_CONFIG_HOME: "/etc/ann" },
    {
      configFile: "/Users/ann/Library/Application Support/chaski/chaski.toml",
      dataDir: "/Users/ann/Library/Application Support/chaski",
    },
  ],
  ["nothing on macOS without a home folder", "darwin", {}, NOWHERE],
  [
    "roaming and local AppData on Windows",
    "windows",
    { APPDATA: "C:\\Users\\ann\\AppData\\Roaming", LOCALAPPDATA: "D:\\local" },
    {
      configFile: "C:\\Users\\ann\\AppData\\Roaming\\chaski\\chaski.toml",
      dataDir: "D:\\local\\chaski",
    },
  ],
  [
    "the profile on Windows where AppData is not told",
    "windows",
    { USERPROFILE: "C:\\Users\\ann", HOME: "/home/ann" },
    {
      configFile: "C:\\Users\\ann\\AppData\\Roaming\\chaski\\chaski.toml",
      dataDir: "C:\\Users\\ann\\AppData\\Local\\chaski",
    },
  ],
  ["nothing on Windows without variables", "windows", { HOME: "/home/ann" }, NOWHERE],
];

for (const [what, os, env, expected] of CASES) {
  Deno.test(`defaultLocations() gives ${what}`, () => {
    assertEquals(defaultLocations(os, env), expected);
  });
}

const BESIDE: [string, string, Os, string][] = [
  ["/etc/chaski/chaski.toml", "key", "linux", "/etc/chaski/key"],
  ["/etc/chaski/chaski.toml", "../key", "darwin", "/etc/key"],
  ["/etc/chaski/chaski.toml", "/run/key", "linux", "/run/key"],
  ["chaski.toml", "key", "linux", "key"],
  ["C:\\chaski\\chaski.toml", "keys\\a", "windows", "C:\\chaski\\keys\\a"],
  ["C:\\chaski\\chaski.toml", "D:\\key", "windows", "D:\\key"],
];

for (const [configFile, path, os, expected] of BESIDE) {
  Deno.test(`besideConfig() sees ${path} from ${configFile} as ${expected}`, () => {
    assertEquals(besideConfig(configFile, path, os), expected);
  });
}
