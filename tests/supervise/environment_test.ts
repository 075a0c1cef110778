import { assertEquals } from "@std/assert";
import { serverEnvironment } from "../../src/supervise/environment.ts";

const OWN = { key: "k", run: "m" };

Deno.test("`serverEnvironment()` keeps what chooses drivers, and adds the key and the mark", () => {
  const env = {
    ...{ PATH: "/bin", HOME: "/home/ann", CUDA_VISIBLE_DEVICES: "1", LD_LIBRARY_PATH: "/opt/lib" },
    ...{ VK_ICD_FILENAMES: "x.json", HSA_OVERRIDE_GFX_VERSION: "11.0.0", HF_HOME: "/models" },
  };
  assertEquals(serverEnvironment(env, OWN), {
    ...env,
    ...{ LLAMA_API_KEY: "k", CHASKI_RUN: "m", GGML_NO_BACKTRACE: "1" },
  });
});

Deno.test("`serverEnvironment()` takes out proxies, other settings and secrets", () => {
  const names = [
    ...["http_proxy", "HTTPS_PROXY", "all_proxy", "NO_PROXY", "ftp_proxy"],
    ...["LLAMA_ARG_CTX_SIZE", "LLAMA_ARG_HOST", "LLAMA_CACHE", "llama_arg_model"],
    ...["CHASKI_API_KEY", "CHASKI_UPSTREAM_KEY", "CHASKI_PORT", "HF_TOKEN"],
    ...["HUGGING_FACE_HUB_TOKEN"],
  ];
  const env = Object.fromEntries(names.map((name) => [name, "secret"]));
  assertEquals(Object.keys(serverEnvironment(env, OWN)).sort(), [
    ...["CHASKI_RUN", "GGML_NO_BACKTRACE", "LLAMA_API_KEY"],
  ]);
});

Deno.test("`serverEnvironment()` lets nobody else name the key or the mark", () => {
  const env = { LLAMA_API_KEY: "theirs", CHASKI_RUN: "theirs", GGML_NO_BACKTRACE: "0" };
  assertEquals(serverEnvironment(env, OWN), {
    ...{ LLAMA_API_KEY: "k", CHASKI_RUN: "m", GGML_NO_BACKTRACE: "0" },
  });
});
