import { assertEquals } from "@std/assert";
import { downloadSize } from "../tools/llama_server/private_apt.ts";
import { mirrorIn } from "../tools/llama_server/system_apt.ts";

const index = (mirror: string, suite: string, component = "main") =>
  `'${mirror}/dists/${suite}/InRelease' some_name 0 
'${mirror}/dists/${suite}/${component}/binary-amd64/Packages.xz' some_name 0 
`;

Deno.test("`mirrorIn()` takes the mirror that has the machine's release", () => {
  const uris = index("http://mirror.example/debian", "bookworm") +
    index("http://mirror.example/debian-security", "bookworm-security");
  assertEquals(mirrorIn(uris, "bookworm"), "http://mirror.example/debian");
});

Deno.test("`mirrorIn()` passes by other publishers' repositories of the same name", () => {
  const uris = index("https://vendor.example/linux", "bookworm", "stable") +
    index("https://browser.example/deb", "stable") +
    index("http://mirror.example/debian/", "bookworm") +
    index("http://mirror.example/debian/", "bookworm-updates");
  assertEquals(mirrorIn(uris, "bookworm"), "http://mirror.example/debian");
});

Deno.test("`mirrorIn()` finds none in sources without Debian", () => {
  assertEquals(mirrorIn(index("https://vendor.example/apt", "nodistro"), "bookworm"), undefined);
  assertEquals(mirrorIn("", "bookworm"), undefined);
});

Deno.test("`downloadSize()` adds up what apt would fetch", () => {
  const uris = "'http://m.example/a.deb' a_1%3a2_amd64.deb 1500 SHA256:00\n" +
    "'http://m.example/b.deb' b_1_all.deb 25 SHA256:00\nsome note\n";
  assertEquals(downloadSize(uris), 1525);
  assertEquals(downloadSize(""), 0);
});
