/**
 * The rule that nobody opens a model to the network by accident.
 */

import { isLoopback } from "./address.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./error.ts";

/**
 * Throws a ConfigError when Chaski would listen beyond loopback without a key, unless auth was
 * switched off by name.
 */
export function checkExposure(config: Pick<Config, "host" | "auth" | "apiKey">): void {
  if (isLoopback(config.host) || config.apiKey !== undefined || !config.auth) return;
  throw new ConfigError(
    `Cannot listen on ${config.host} without an API key: others could use the model; ` +
      "set CHASKI_API_KEY or --api-key-file, or allow it with --no-auth",
  );
}
