/** What every store must do, whatever it is made of. */
import type { Bounds, Store } from "../../src/store/store.ts";
import { conversationContract } from "./conversation_contract.ts";
import { eventContract } from "./event_contract.ts";
import { hostileContract } from "./hostile_contract.ts";
import { itemContract } from "./item_contract.ts";
import { localContract } from "./local_contract.ts";
import { pageContract } from "./page_contract.ts";
import { responseContract } from "./response_contract.ts";
import { sweepContract } from "./sweep_contract.ts";
import { usageContract } from "./usage_contract.ts";

/** What a test asks of the store it is given. */
export interface OpenOptions {
  bounds?: Partial<Bounds>;
  /** Seconds since 1970. */
  now?: () => number;
}

/** An empty store of its own for each test. */
export type OpenStore = (options?: OpenOptions) => Store & Disposable;

/** Registers the tests. */
export function storeContract(name: string, open: OpenStore): void {
  const parts = [
    ...[responseContract, eventContract, pageContract, conversationContract],
    ...[usageContract, sweepContract, hostileContract, itemContract],
    localContract,
  ];
  for (const part of parts) part((title, work) => Deno.test(`${name}: ${title}`, work), open);
}

/** Registers one test. */
export type Test = (title: string, work: () => void) => void;
