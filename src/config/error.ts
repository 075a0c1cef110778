/**
 * What is wrong with the settings, in one sentence for the person at the terminal.
 */

/**
 * Settings that Chaski cannot start with. The message names where the setting came from (flag,
 * variable, or key with file and line) and what would be right, never the value or a key.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
