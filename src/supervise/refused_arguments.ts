/** Arguments of llama-server that only Chaski may give. Pure. */

/** With what to do instead; empty where there is nothing. */
const REFUSED: readonly (readonly [flags: readonly string[], instead: string])[] = [
  [
    [
      ...[
        "-m",
        "--model",
        "-mu",
        "--model-url",
        "-dr",
        "--docker-repo",
        "-hf",
        "-hfr",
        "--hf-repo",
      ],
      ...["-hff", "--hf-file", "-hfv", "-hfrv", "--hf-repo-v", "-hffv", "--hf-file-v"],
      ...["--models-dir", "--models-preset", "--models-max", "--models-autoload"],
      ...["--no-models-autoload", "-hft", "--hf-token"],
    ],
    "name the model's folder by models_dir",
  ],
  [
    [
      ...["-md", "--model-draft", "--spec-draft-model"],
      ...["-hfd", "-hfrd", "--hf-repo-draft", "--spec-draft-hf"],
    ],
    "set draft",
  ],
  [["-mm", "--mmproj", "-mmu", "--mmproj-url"], "put the projector beside the model"],
  [["-c", "--ctx-size"], "set context"],
  [["-np", "--parallel"], "set slots"],
  [["-kvu", "--kv-unified", "--kv-unified-per-slot"], "each slot has its own share"],
  [["--chat-template", "--chat-template-file"], "set template_file"],
  [["-a", "--alias"], "set aliases"],
  [
    [
      ...["--host", "--port", "--reuse-port", "--path", "--api-prefix", "--api-key"],
      ...["--api-key-file", "--ssl-key-file", "--ssl-cert-file", "--cors-origins"],
      ...["--cors-methods", "--cors-headers", "--cors-credentials", "--no-cors-credentials"],
    ],
    "clients reach Chaski, and nobody llama-server",
  ],
  [
    [
      ...["--ui", "--webui", "--ui-config", "--webui-config", "--ui-config-file"],
      ...["--webui-config-file", "--ui-mcp-proxy", "--webui-mcp-proxy", "--tools"],
      ...["--tools-runtime", "--mcp-servers-config", "--mcp-servers-json", "-ag", "--agent"],
      ...["--media-path", "--props", "--slot-save-path", "--log-prompts-dir"],
    ],
    "it would open this machine to requests",
  ],
  [["--embedding", "--embeddings", "--rerank", "--reranking"], "the model's header decides"],
  [["--log-disable", "--log-file", "--log-jsonl", "--sleep-idle-seconds"], "Chaski needs its log"],
  [
    ["-h", "--help", "--usage", "--version", "-cl", "--cache-list", "--completion-bash"],
    "llama-server would end at once",
  ],
];

/** Options that stand for a model to download, with everything that suits it. */
const PRESET = /^--(?:embd|fim|gpt-oss|vision)-.*-(?:default|spec)$/;

/** What is wrong with further arguments, with what to do; null where they may be used. */
export function argumentProblem(args: readonly string[]): string | null {
  for (const arg of args) {
    const [said = arg] = arg.split("=");
    // To llama-server both are the same.
    const flag = said.startsWith("--") ? said.replaceAll("_", "-") : said;
    const found = REFUSED.find(([flags]) => flags.includes(flag));
    if (found) return `${flag} is Chaski's own: ${found[1]}`;
    if (PRESET.test(flag)) return `${flag} is another model: name that one in requests`;
  }
  return null;
}
