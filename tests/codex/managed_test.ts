import { anyModel } from "./any_model.ts";
import { codexCli } from "./codex_cli.ts";
import { onManagedStage } from "./stage.ts";

const cli = await codexCli();

Deno.test("`codex exec -m NAME` uses any model of a folder", () => onManagedStage(cli, anyModel));
