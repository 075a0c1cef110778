import { assertEquals, assertThrows } from "@std/assert";
import { type Backend, chooseAssets, type Machine } from "../../src/engine/assets.ts";
import { type Asset, readRelease, type Release } from "../../src/engine/releases.ts";

function release(...names: string[]): Release {
  const assets = names.map((name): Asset => ({ name, url: "", size: 1, sha256: null }));
  return { tag: "b7003", assets };
}

/** The files of a release of 2026. */
const ALL = release(
  "cudart-llama-bin-win-cuda-12.4-x64.zip",
  "cudart-llama-bin-win-cuda-13.3-x64.zip",
  "llama-b7003-bin-android-arm64.tar.gz",
  "llama-b7003-bin-macos-arm64.tar.gz",
  "llama-b7003-bin-macos-x64.tar.gz",
  "llama-b7003-bin-ubuntu-arm64.tar.gz",
  "llama-b7003-bin-ubuntu-openvino-2026.0-x64.tar.gz",
  "llama-b7003-bin-ubuntu-rocm-7.2-x64.tar.gz",
  "llama-b7003-bin-ubuntu-s390x.tar.gz",
  "llama-b7003-bin-ubuntu-vulkan-arm64.tar.gz",
  "llama-b7003-bin-ubuntu-vulkan-x64.tar.gz",
  "llama-b7003-bin-ubuntu-x64.tar.gz",
  "llama-b7003-bin-win-cpu-arm64.zip",
  "llama-b7003-bin-win-cpu-x64.zip",
  "llama-b7003-bin-win-cuda-13.3-x64.zip",
  "llama-b7003-bin-win-cuda-12.4-x64.zip",
  "llama-b7003-bin-win-hip-radeon-x64.zip",
  "llama-b7003-bin-win-opencl-adreno-arm64.zip",
  "llama-b7003-bin-win-vulkan-x64.zip",
  "llama-b7003-ui.tar.gz",
  "llama-b7003-xcframework.zip",
);

const LINUX: Machine = { os: "linux", arch: "x86_64", vulkan: false };
const MAC: Machine = { os: "darwin", arch: "aarch64", vulkan: false };
const WINDOWS: Machine = { os: "windows", arch: "x86_64", vulkan: true };
const ARM: Partial<Machine> = { arch: "aarch64" };

const CASES: [Machine, Backend | null, Backend, string[]][] = [
  [LINUX, null, "cpu", ["ubuntu-x64.tar.gz"]],
  [{ ...LINUX, vulkan: true }, null, "vulkan", ["ubuntu-vulkan-x64.tar.gz"]],
  [{ ...LINUX, vulkan: true }, "cpu", "cpu", ["ubuntu-x64.tar.gz"]],
  [LINUX, "rocm", "rocm", ["ubuntu-rocm-7.2-x64.tar.gz"]],
  [{ ...LINUX, ...ARM }, null, "cpu", ["ubuntu-arm64.tar.gz"]],
  [{ ...LINUX, ...ARM }, "vulkan", "vulkan", ["ubuntu-vulkan-arm64.tar.gz"]],
  [MAC, null, "metal", ["macos-arm64.tar.gz"]],
  [{ ...MAC, arch: "x86_64" }, null, "cpu", ["macos-x64.tar.gz"]],
  [WINDOWS, null, "vulkan", ["win-vulkan-x64.zip"]],
  [{ ...WINDOWS, ...ARM }, null, "cpu", ["win-cpu-arm64.zip"]],
  [WINDOWS, "rocm", "rocm", ["win-hip-radeon-x64.zip"]],
  [WINDOWS, "cuda", "cuda", ["win-cuda-12.4-x64.zip", "win-cuda-12.4-x64.zip"]],
];

for (const [machine, wanted, backend, endings] of CASES) {
  const { os, arch, vulkan } = machine;
  Deno.test(`chooseAssets() for ${os}, ${arch}, Vulkan ${vulkan}, ${wanted}: ${endings[0]}`, () => {
    const { assets, ...choice } = chooseAssets(ALL, machine, wanted);
    assertEquals(choice.backend, backend);
    assertEquals(
      assets.map(({ name }) => name),
      endings.map((end, i) => `${i === 0 ? "llama-b7003" : "cudart-llama"}-bin-${end}`),
    );
  });
}

Deno.test("chooseAssets() takes ZIP archives, as older releases have them", () => {
  const old = release("llama-b6000-bin-ubuntu-x64.zip", "llama-b6000-bin-ubuntu-vulkan-x64.zip");
  const { assets } = chooseAssets(old, { ...LINUX, vulkan: true }, null);
  assertEquals(assets.map(({ name }) => name), ["llama-b6000-bin-ubuntu-vulkan-x64.zip"]);
});

const NONE: [Machine, Backend | null, string][] = [
  [
    LINUX,
    "cuda",
    "Cannot install llama-server: llama.cpp's release b7003 has no build for cuda for this system " +
    "(linux, x86_64); take --backend with one of rocm, vulkan, cpu, or build it from source",
  ],
  [
    { os: "freebsd", arch: "x86_64", vulkan: true },
    null,
    "Cannot install llama-server: llama.cpp's release b7003 has no build for this system " +
    "(freebsd, x86_64); build it from source, and name it by --llama-server",
  ],
];

for (const [machine, wanted, sentence] of NONE) {
  Deno.test(`chooseAssets() says what there is for ${machine.os} instead of ${wanted}`, () => {
    assertEquals(assertThrows(() => chooseAssets(ALL, machine, wanted), Error).message, sentence);
  });
}

Deno.test("readRelease() reads what GitHub's API says, and nothing else", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const asset = { name: "x.zip", browser_download_url: "https://x/x.zip", size: 5, label: null };
  const json = (assets: unknown, tag: unknown = "b1") => JSON.stringify({ tag_name: tag, assets });
  const read = readRelease(json([{ ...asset, digest }, asset, { ...asset, digest: "md5:1" }]));
  assertEquals(read.tag, "b1");
  assertEquals(read.assets.map(({ sha256 }) => sha256), ["a".repeat(64), null, null]);
  const wrong = ["", "{}", "[]", json([{}]), json([], "../up"), json([], ".x"), json([], 7)];
  for (const text of [...wrong, json([{ ...asset, size: -1 }])]) {
    assertThrows(() => readRelease(text), Error, "is not GitHub's API; see CHASKI_ENGINE_RELEASES");
  }
});
