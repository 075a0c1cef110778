import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { usableFolder } from "../../src/models/usable_folder.ts";
import { modelFolder } from "./model_files.ts";

Deno.test("usableFolder() takes a folder, and follows links to it [MD21] [MD24]", async () => {
  await using folder = await modelFolder();
  await folder.write("real/model.gguf");
  const real = await Deno.realPath(join(folder.path, "real"));
  assertEquals(await usableFolder(join(folder.path, "real")), { path: real });
  assertEquals(await usableFolder(`${folder.path}/real/../real/`), { path: real });
  await Deno.symlink(real, join(folder.path, "link"));
  assertEquals(await usableFolder(join(folder.path, "link")), { path: real });
});

Deno.test("usableFolder() takes a name with a backslash where that is a letter [MD25]", async () => {
  await using folder = await modelFolder();
  const name = Deno.build.os === "windows" ? "a" : "a\\b";
  await folder.write(`${name}/model.gguf`);
  const path = await Deno.realPath(join(folder.path, name));
  assertEquals(await usableFolder(path), { path });
});

Deno.test("usableFolder() refuses what is no folder [MD23]", async () => {
  await using folder = await modelFolder();
  const file = await folder.write("model.gguf");
  assertEquals(await usableFolder(file), { problem: "it is no folder" });
  assertEquals(await usableFolder(join(file, "x")), { problem: "it is no folder" });
  assertEquals(await usableFolder(join(folder.path, "none")), {
    problem: "there is no such folder",
  });
  await Deno.symlink("gone", join(folder.path, "broken"));
  assertEquals(await usableFolder(join(folder.path, "broken")), {
    problem: "there is no such folder",
  });
});

for (const path of ["models", "./models", "../models", "", "~/models"]) {
  Deno.test(`usableFolder() refuses '${path}', which is seen from nowhere`, async () => {
    assertEquals(await usableFolder(path), { problem: "expected a path from the root on" });
  });
}

for (const path of ["/a\0b", `/${"a".repeat(5000)}`]) {
  Deno.test(`usableFolder() refuses what no system takes: ${path.length} characters`, async () => {
    assertEquals(await usableFolder(path), { problem: "this is no path" });
  });
}

Deno.test("usableFolder() refuses the system's own folders, behind links too [MD22]", async () => {
  await using folder = await modelFolder();
  const problem = "it belongs to the system. Name one that holds models";
  const link = join(folder.path, "innocent");
  await Deno.symlink("/etc", link);
  for (const path of ["/", "//", "/etc", "/etc/", "/dev", "/tmp/../etc", "/dev/../etc", link]) {
    assertEquals([path, await usableFolder(path)], [path, { problem }]);
  }
});
