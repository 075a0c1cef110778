/**
 * The verbs of what stays: responses with their events, conversations, the account of requests, and
 * what is known of this machine.
 *
 * Calls are synchronous and block the process, so each is bounded. An owner's things do not exist
 * for anybody else: every verb that takes an owner answers for a stranger as for a wrong id. Texts
 * that are called JSON are kept as they come, and never looked into except where it is said.
 *
 * @throws {StoreError} from every verb when the disk or the file fails; its sentence is for the
 * log, since it names the file
 */
import type { Folders, Processes } from "./local.ts";

/** Everything that is kept. */
export interface Store {
  readonly responses: Responses;
  readonly events: Events;
  readonly conversations: Conversations;
  readonly usage: Usage;
  readonly processes: Processes;
  readonly folders: Folders;
  /**
   * Items by their ids alone, one for each id; null for what is not there. They are found in outputs,
   * in inputs as far as `inputIds()` has named their items, and in conversations, in this order; of
   * twins the one in the newest response or conversation. (Of more than 100 twins, where most are
   * another owner's, it may be missed.)
   *
   * @param bytes of all texts that have to be read for it
   */
  items(ids: readonly string[], owner: string, bytes: number):
    | readonly (Item | null)[]
    | "too much";
  /**
   * One short step (some 10 ms) of taking away what is too old or too much, oldest first.
   *
   * @returns whether there is more to do at once
   */
  sweep(): boolean;
  /** Ends the use of the store; every other verb throws then. */
  close(): void;
}

/** How much is kept. What passes a bound is taken away by the sweep, oldest first. */
export interface Bounds {
  /** Seconds since a response was made, or since a conversation was used. */
  readonly age: number;
  /** Responses, and as many conversations. */
  readonly count: number;
  /** Bytes of the texts of responses and their events, and as many of conversations. */
  readonly bytes: number;
  /** Rows of the account. */
  readonly usage: number;
}

/** An item of a turn or a conversation. Ids should be unique among their like; twins are borne. */
export interface Item {
  readonly id: string;
  /** JSON. */
  readonly text: string;
}

/** Which items of a list; both cursors are ids of items, which are left out themselves. */
export interface PageQuery {
  /** Only what comes behind this one in the order asked for. */
  readonly after?: string;
  /** Only what comes before it; without `after`, the items right before it. */
  readonly before?: string;
  /** From 1 to 100; what is beyond is taken for the nearest. */
  readonly limit: number;
  /** Oldest first, or newest first. */
  readonly order: "asc" | "desc";
}

/** Some items in the order asked for; fewer than the limit where they are large (16 MiB). */
export interface Page {
  readonly items: readonly Item[];
  /** Whether more follow, or, where only `before` was given, more precede. */
  readonly hasMore: boolean;
}

/** The states of a response in OpenAI's words. */
export type ResponseStatus =
  | "queued"
  | "in_progress"
  | "completed"
  | "incomplete"
  | "failed"
  | "cancelled";

/** A response as it is kept. */
export interface StoredResponse {
  readonly id: string;
  /** Whose it is, like a digest of the API key; empty where nobody needs a key. */
  readonly owner: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly model: string;
  readonly status: ResponseStatus;
  readonly previousId: string | null;
  readonly conversationId: string | null;
  readonly background: boolean;
  /** The response object as JSON. */
  readonly text: string;
}

/** A response to keep, with the input of its turn in order (not that of earlier turns). */
export interface NewResponse extends StoredResponse {
  readonly input: readonly Item[];
}

/** One turn of a history. */
export interface Turn {
  /** The response's id. */
  readonly id: string;
  readonly input: readonly Item[];
  /** The items of the response's `output`, each as JSON. */
  readonly output: readonly string[];
}

export interface Responses {
  /** Keeps a finished response, or begins one in the background (`queued`). Throws on a known id. */
  put(response: NewResponse): void;
  /** Puts a new state in place of the old one. False when the response is gone. */
  replace(id: string, state: Pick<StoredResponse, "status" | "text">): boolean;
  get(id: string, owner: string): StoredResponse | null;
  /** Takes it away with its events. False when there is none. */
  delete(id: string, owner: string): boolean;
  /** Its input items; null when there is no such response. */
  page(id: string, owner: string, query: PageQuery): Page | "unknown cursor" | null;
  /**
   * The response and all before it, oldest first; null when one of them is not there.
   *
   * @param bounds turns at most, and bytes of all their texts
   */
  history(
    id: string,
    owner: string,
    bounds: { readonly turns: number; readonly bytes: number },
  ): readonly Turn[] | "too long" | null;
  /**
   * At start: what an earlier process left queued or in progress is failed. Gives its ids.
   *
   * @param edit the response object with its end written in, from the one without; JSON
   */
  failUnfinished(edit: (text: string) => string): readonly string[];
}

/** Consecutive events of a response as they were sent. */
export interface EventBatch {
  /** Sequence number of the first event. */
  readonly first: number;
  /** Sequence number of the last one. */
  readonly last: number;
  /** Server-sent events. */
  readonly text: string;
}

export interface Events {
  /** Adds events behind those that are there. False when the response is gone. */
  append(id: string, batches: readonly EventBatch[]): boolean;
  /**
   * The batches from the one that holds a sequence number on, or follows it; null when there is no
   * such response. Empty at the end.
   *
   * @param bytes of the texts; one batch is given also when it is larger
   */
  read(id: string, owner: string, from: number, bytes: number): readonly EventBatch[] | null;
}

/** A conversation without its items. */
export interface Conversation {
  readonly id: string;
  readonly owner: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** JSON. */
  readonly metadata: string;
}

export interface Conversations {
  /** Throws on a known id. */
  create(conversation: Conversation, items: readonly Item[]): void;
  get(id: string, owner: string): Conversation | null;
  /** Replaces the metadata. False when there is no such conversation. */
  update(id: string, owner: string, metadata: string): boolean;
  /** Takes it away with its items; responses stay. False when there is none. */
  delete(id: string, owner: string): boolean;
  /** Adds items at the end. False when there is no such conversation. */
  append(id: string, owner: string, items: readonly Item[]): boolean;
  /** Its items; null when there is no such conversation. */
  page(id: string, owner: string, query: PageQuery): Page | "unknown cursor" | null;
  /** One item; null when it or the conversation is not there. */
  item(id: string, owner: string, itemId: string): Item | null;
  /** Takes one item away, with its twins. False when there is none. */
  deleteItem(id: string, owner: string, itemId: string): boolean;
}

/** What one request was and took. Names are cut at 256 characters; null is what is not known. */
export interface UsageRow {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  /** Like `POST /v1/responses`. */
  readonly route: string;
  readonly model: string | null;
  readonly owner: string | null;
  /** Of HTTP. */
  readonly status: number;
  /** How it ended, in the words of the log. */
  readonly outcome: string;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  /** Milliseconds until the first event. */
  readonly firstEventMs: number | null;
  /** Milliseconds in all. */
  readonly totalMs: number;
}

/** Requests taken together. */
export interface UsageSum {
  /** The model or the owner; null for requests without. */
  readonly key: string | null;
  readonly requests: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly totalMs: number;
}

export interface Usage {
  record(row: UsageRow): void;
  /** The newest rows, newest first; at most 1,000. */
  recent(limit: number): readonly UsageRow[];
  /** Sums since a time in milliseconds, most requests first; at most 1,000. */
  sums(by: "model" | "owner", since: number): readonly UsageSum[];
}
