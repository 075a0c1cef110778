/** Where a system's build of Codex differs from the others: npm's words for system and processor. */
export type CodexPlatform =
  | "linux-x64"
  | "linux-arm64"
  | "darwin-x64"
  | "darwin-arm64"
  | "win32-x64"
  | "win32-arm64";

/** One version of the Codex CLI, pinned. */
export interface CodexRelease {
  /** The version of the npm package `@openai/codex`. */
  readonly version: string;
  /** npm's integrity of each platform's package, which is the version with the platform behind it. */
  readonly integrity: Readonly<Partial<Record<CodexPlatform, string>>>;
}

/**
 * The versions that the end-to-end tests know; the first is the one that `deno task test` runs. To add
 * one, copy `dist.integrity` from `npm view @openai/codex@VERSION-PLATFORM`.
 */
export const CODEX_RELEASES: readonly [CodexRelease, ...CodexRelease[]] = [
  {
    version: "0.169.0",
    integrity: {
      "linux-x64":
        "sha512-o05NyAOCDygSPRo1yinzxvkRSdmsZyBD9E7mbpmjRanSfM8lypqWtQgEo4XfNkwhuCR2aFu8mlGOsQGFXVbVww==",
      "linux-arm64":
        "sha512-NZ/DaQUpcQmxmqee7Z9uC1rzw3GhSbooawcaTe1LN5Yk+WlinUKGdTXJgClRT/9ogQEEM9TWxYzvxPfj5G/xFg==",
      "darwin-x64":
        "sha512-K1FKSsSLl9v3z5TeagBQXyQRDBIGB5Jncy5dxsRxwT3aaTqN3AI8VrCfoxBxKMOOU9O2QX1vg7WkBwNVth/s9A==",
      "darwin-arm64":
        "sha512-5WsWFBbVP78D+6FvNo1MMVxLPZdmcoQlqVJFrF4qx/TmvneLnMQKtLyXkUo54XOTDfoYKpNouTJ/F7gTVA8FnQ==",
      "win32-x64":
        "sha512-nC+McFU8xRNL9tk3IhxcKdhcyOElwF/HhPO+gzSQCY7yjh3XdzSajX+MYWcHUVHWRHajfwn3/WgJYJK2wS+XWg==",
      "win32-arm64":
        "sha512-nTN9SpkacGohq60+I80R3t0R8Mhbnlt3OVYNahgAv1Gu77KFwhPc0vz9Ou/DAGDtYhKVWA/jiYXJXnlzkwb/JA==",
    },
  },
];
