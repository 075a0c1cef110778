import { assertEquals, assertThrows } from "@std/assert";
import { whyNoDenort } from "../tools/compile/deno_compile.ts";
import {
  ALLOWED_PACKAGES,
  embeddedPackages,
  unexpectedPackages,
} from "../tools/compile/embedded_packages.ts";

function recorded(name: string): string {
  return Deno.readTextFileSync(new URL(`./recorded/${name}.txt`, import.meta.url));
}

Deno.test("`embeddedPackages()` reads the tree that both versions of Deno draw", () => {
  const all = [...ALLOWED_PACKAGES].sort();
  assertEquals(embeddedPackages(recorded("compiled-2.7.11")), all);
  assertEquals(embeddedPackages(recorded("compiled-2.9.6")), all);
});

Deno.test("`embeddedPackages()` sees packages of a node_modules folder", () => {
  const tree = `Embedded Files

chaski
├─┬ node_modules (1MB)
│ ├── @scope/name/* (1KB)
│ └── leftpad/* (1KB)
├── main (old).ts (3B)
└── src/* (77B)
`;
  assertEquals(embeddedPackages(tree), ["@scope/name", "leftpad"]);
});

Deno.test("`embeddedPackages()` refuses output without a tree", () => {
  assertThrows(() => embeddedPackages(recorded("type-error-2.9.6")), SyntaxError);
});

Deno.test("`unexpectedPackages()` names what only tests import", () => {
  const names = embeddedPackages(recorded("compiled-with-openai-2.9.6"));
  assertEquals(unexpectedPackages(names), ["fast-check", "openai", "pure-rand"]);
  assertEquals(unexpectedPackages(["@openai/codex", "zod"]), ["@openai/codex"]);
  assertEquals(unexpectedPackages([...ALLOWED_PACKAGES]), []);
});

Deno.test("`whyNoDenort()` tells a failed download from the program's own faults", () => {
  const reason = (version: string) =>
    `error sending request for url (https://dl.deno.land/release/v${version}/` +
    "denort-x86_64-unknown-linux-gnu.zip): client error (Connect): dns error: " +
    "failed to lookup address information: Name or service not known";
  for (const version of ["2.7.11", "2.9.6"]) {
    assertEquals(whyNoDenort(recorded(`no-denort-${version}`)), reason(version));
  }
  assertEquals(whyNoDenort(recorded("type-error-2.9.6")), undefined);
  assertEquals(whyNoDenort(""), undefined);
});

Deno.test("`whyNoDenort()` knows a denort that is not on the host", () => {
  const url = "https://host.example/denort-riscv64.zip";
  assertEquals(
    whyNoDenort(`Download ${url}\nerror: Could not find denort at '${url}'\n`),
    `Could not find denort at '${url}'`,
  );
});
