import { assert, assertEquals } from "@std/assert";
import { argumentProblem } from "../../src/supervise/refused_arguments.ts";

Deno.test("`argumentProblem()` lets llama-server's own settings pass", () => {
  const args = ["--threads", "8", "-ot", "exps=CPU", "--n-cpu-moe", "4", "--temp", "0.7", "-1", ""];
  assertEquals(argumentProblem(args), null);
  assertEquals(argumentProblem([]), null);
});

Deno.test("`argumentProblem()` refuses what is Chaski's, and says what to do instead", () => {
  assertEquals(argumentProblem(["--threads", "8", "-c", "512"]), "-c is Chaski's own: set context");
  assertEquals(
    argumentProblem(["--api-key", "x"]),
    "--api-key is Chaski's own: clients reach Chaski, and nobody llama-server",
  );
});

Deno.test("`argumentProblem()` knows the other spellings that llama-server takes", () => {
  for (
    const arg of ["--ctx_size", "--ctx-size=512", "--api_key", "--slot_save_path", "--hf_repo"]
  ) {
    assert(argumentProblem([arg, "x"])?.includes("is Chaski's own: "), arg);
  }
});

Deno.test("`argumentProblem()` refuses whatever brings another model", () => {
  const args = [
    ...["-m", "-hf", "--hf-repo", "-mu", "-hfd", "--spec-draft-hf", "--mmproj-url"],
    ...["--fim-qwen-7b-default", "--gpt-oss-20b-default", "--fim-qwen-14b-spec"],
    ...["--vision-gemma-4b-default", "--embd-gemma-default", "--models-dir"],
  ];
  assertEquals(args.filter((arg) => argumentProblem([arg]) === null), []);
});
