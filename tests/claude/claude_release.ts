/** npm's words for system and processor. */
export type ClaudePlatform =
  | "linux-x64"
  | "linux-arm64"
  | "darwin-x64"
  | "darwin-arm64"
  | "win32-x64"
  | "win32-arm64";

/** One version of Claude Code, pinned. */
export interface ClaudeRelease {
  /** The version of the npm packages `@anthropic-ai/claude-code-PLATFORM`. */
  readonly version: string;
  /** npm's integrity of each of them. */
  readonly integrity: Readonly<Record<ClaudePlatform, string>>;
}

/**
 * The versions that the end-to-end tests know; the first is the one that `deno task test` runs. To add
 * one, copy `dist.integrity` from `npm view @anthropic-ai/claude-code-PLATFORM@VERSION`.
 */
export const CLAUDE_RELEASES: readonly [ClaudeRelease, ...ClaudeRelease[]] = [{
  version: "2.1.330",
  integrity: {
    "linux-x64":
      "sha512-9Gn+V7DtJ8M1nztP9CeDVl9g3RtrepI7rOFTyPRRnZe8D6zebIHKmC7OvBauucuAP0X0k85SDN/LPVZyjsGezQ==",
    "linux-arm64":
      "sha512-V4yanAY5EA5UpwwRPtjSfqDbNqAlUJeVn3NYZw2AgmRHjdpSsLtHAzbxRXfkAnbjwTXzE0uedjQxUY02ARPcsA==",
    "darwin-x64":
      "sha512-XenTNj2zXaFrnLmf47n25vChfFhlfeyaAR/vW5SFsEnLGwd2U1vDUY97+5etHBZu3xWBnlK8HhBVxzRi9YTUDw==",
    "darwin-arm64":
      "sha512-rgzAjrRJJsIdZXGF9CCFFbURxKuJNobRr+krV3dNmqNJWIws74rLD0CABe4+nXlx/9WwRECTrveprWB96mubqw==",
    "win32-x64":
      "sha512-P3aamhGb7lZUsgj6kQzdZAKh3fNFoXvawxZFuUz+pC5HVLwEtX5eWgO6kpxzT9+qfHaPhoepZ9KU8K1sz3b2yw==",
    "win32-arm64":
      "sha512-UBG8oi9gyi2hBGrKYkNfXSAqEyC3wJ2CsmSfQw8XLNWM/GOlUWAqELJOW9eBaAlWsusvwhHKtiQeS0UEQ+skxQ==",
  },
}];
