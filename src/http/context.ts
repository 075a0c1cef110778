/**
 * What every route is given: made once at the start, handed down by hand.
 */
import type { Context as HonoContext } from "@hono/hono";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { Seal } from "../store/seal.ts";
import type { Store } from "../store/store.ts";
import type { Transfer } from "../stream/transfer.ts";
import type { Management } from "../upstream/management.ts";
import type { Serving } from "../upstream/serving.ts";
import type { BackgroundRuns } from "./background.ts";
import type { RequestScope } from "./scope.ts";
import type { OpenSocket } from "./open_socket.ts";
import type { ThreadTools } from "./thread_tools.ts";

export interface Services {
  config: Config;
  serving: Serving;
  /** Null where somebody else runs llama-server. */
  management: Management | null;
  /** Chaski's own, like `1.2.3`. */
  version: string;
  threadTools: ThreadTools;
  seal: Seal;
  store: Store;
  log: Log;
  /** Answers under way; a shutdown ends what is left here. */
  transfers: Set<Transfer>;
  /** Responses that run by themselves. */
  background: BackgroundRuns;
  /** WebSockets that are open; a shutdown closes them. */
  sockets: Set<OpenSocket>;
  /** Answers that only wait for news; a shutdown ends them. */
  waits: Set<() => void>;
  /** Set when the shutdown begins: nobody new is let in, though ports may still be open. */
  stopping: boolean;
}

/** Hono's variables of one request. */
export interface AppEnv {
  Variables: { scope: RequestScope };
}

export type Context = HonoContext<AppEnv>;
