import { assertEquals } from "@std/assert";
import { parseDevices } from "../../src/engine/devices.ts";
import { type Ended, whyEnded, whyNotStarted } from "../../src/engine/failure.ts";
import { parseVersion } from "../../src/engine/version.ts";

const VERSIONS: [string, ReturnType<typeof parseVersion>][] = [
  ["version: 0.7.0 (build 11669, commit Debian)\nbuilt with GNU", { name: "0.7.0", build: 11669 }],
  ["ggml_cuda_init: found 1\nversion: 7003 (7f3e9d33)\r\nbuilt", { name: "b7003", build: 7003 }],
  ["version: 0 (unknown)", { name: "unknown", build: null }],
  ["version: 0.8.0 (build 0, commit unknown)", { name: "0.8.0", build: null }],
  ["nginx version: nginx/1.22.1", null],
  [`version: ${"9".repeat(100)} (x)`, null],
  ["", null],
];

for (const [text, version] of VERSIONS) {
  Deno.test(`parseVersion() reads ${JSON.stringify(text.slice(0, 60))}`, () => {
    assertEquals(parseVersion(text), version);
  });
}

Deno.test("parseDevices() reads the devices with their memory, and nothing else", () => {
  const text = [
    "ggml_cuda_init: found 2 CUDA devices:",
    "  Device 0: NVIDIA GeForce RTX 3090, compute capability 8.6, VMM: yes",
    "Available devices:",
    "  CUDA0: NVIDIA GeForce RTX 3090 (24135 MiB, 23700 MiB free)",
    "  Vulkan1: AMD Radeon Graphics (RADV GFX1151) (98304 MiB, 90000 MiB free)\r",
    "  Metal: Apple M1 Max (49152 MiB, 49151 MiB free)",
    "  RPC0[127.0.0.1:50052]: 127.0.0.1:50052 (8000 MiB, 7000 MiB free)",
    "  BLAS: OpenBLAS (0 MiB, 0 MiB free)",
  ].join("\n");
  assertEquals(parseDevices(text), [
    { id: "CUDA0", name: "NVIDIA GeForce RTX 3090", total: 24135, free: 23700 },
    { id: "Vulkan1", name: "AMD Radeon Graphics (RADV GFX1151)", total: 98304, free: 90000 },
    { id: "Metal", name: "Apple M1 Max", total: 49152, free: 49151 },
    { id: "RPC0[127.0.0.1:50052]", name: "127.0.0.1:50052", total: 8000, free: 7000 },
  ]);
  assertEquals(parseDevices("Available devices:\n  (none)\n"), []);
});

const ENDED: [Partial<Ended>, string][] = [
  [
    {
      code: 127,
      said: "x: error while loading shared libraries: libcudart.so.12: cannot open shared object",
    },
    "it lacks the shared library libcudart.so.12",
  ],
  [
    {
      code: 134,
      signal: "SIGABRT",
      said: "dyld: Library not loaded: @rpath/libllama.dylib\n  Ref",
    },
    "it lacks the shared library @rpath/libllama.dylib",
  ],
  [
    { code: 1, said: "x: /lib/libc.so.6: version `GLIBC_2.38' not found (required by x)" },
    "it needs a newer system library (GLIBC_2.38)",
  ],
  [{ code: -1073741515 }, "it lacks a DLL"],
  [
    { code: 132, signal: "SIGILL" },
    "this processor lacks instructions that it was built for (SIGILL)",
  ],
  [{ code: 137, signal: "SIGKILL" }, "it was killed (SIGKILL), perhaps for lack of memory"],
  [{ code: 143, signal: "SIGTERM" }, "it was ended by SIGTERM"],
  [{ code: 3, said: "a\nb\x1b[31m\n" }, "it ended with status 3, saying 'b [31m'"],
  [{ code: 3 }, "it ended with status 3"],
];

for (const [ended, reason] of ENDED) {
  Deno.test(`whyEnded() says that ${reason}`, () => {
    assertEquals(whyEnded({ code: 1, signal: null, said: "", ...ended }), reason);
  });
}

const NOT_STARTED: [unknown, string][] = [
  [new Error("Exec format error (os error 8)"), "it was built for another processor or system"],
  [
    new Error("%1 is no application (os error 193)"),
    "it was built for another processor or system",
  ],
  [new Deno.errors.PermissionDenied("no"), "it may not be executed"],
  [new Deno.errors.NotFound("no"), "this system lacks the loader that it was built for"],
  ["anything", "it cannot be started"],
];

for (const [error, reason] of NOT_STARTED) {
  Deno.test(`whyNotStarted() says for ${error} that ${reason}`, () => {
    assertEquals(whyNotStarted(error).startsWith(reason), true, whyNotStarted(error));
  });
}
