import { assertEquals } from "@std/assert";
import { modelFolder } from "../models/model_files.ts";
import { managedStage } from "../real/managed_stage.ts";
import { errorOf } from "../http/test_app.ts";
import { standIn } from "./stand_in.ts";

Deno.test("a model of which parts are missing is not listed, and says so where it is asked for", async () => {
  await using folder = await modelFolder();
  await folder.write("large-Q8_0-00001-of-00002.gguf");
  await using stage = await managedStage({ templates: [], program: () => standIn() });
  await stage.catalogue.move({ folders: [folder.path], hub: null, lmStudio: null, ollama: [] });
  assertEquals((await (await stage.request("/v1/models")).json()).data, []);
  const answer = await stage.post("/v1/responses", { model: "large", input: "Hello" });
  assertEquals(answer.status, 400);
  assertEquals(
    (await errorOf(answer)).message,
    "Cannot load the model 'large:Q8_0': parts of it are missing. Get them all, for example by " +
      "'chaski models pull'.",
  );
});
