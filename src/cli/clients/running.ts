/**
 * What listens at an address, and what it serves, as far as clients are concerned.
 */

import { isRecord } from "../../protocol/record.ts";
import { type Answer, ask } from "./ask.ts";

/** Where a Chaski should be. */
export interface Place {
  /** Base URL without `/v1` and without a slash at the end. */
  url: string;
  /** What to send where a key is asked for. */
  key: string | undefined;
}

/** A model as the list tells of it. */
export interface Served {
  id: string;
  /** Tokens of one slot; null when not known. */
  context: number | null;
}

/** A Chaski that answers. */
export interface RunningChaski {
  kind: "chaski";
  /** Whether it asks for a key. */
  keyed: boolean;
  /** Whether it takes the key that the place names; true where none is asked for. */
  keyFits: boolean;
  /** Why there are no models, without a full stop; null when there are. */
  notReady: string | null;
  models: readonly Served[];
}

/** What is at a place. */
export type Found =
  | { kind: "nothing" }
  | { kind: "llama-server" }
  | { kind: "something else" }
  | RunningChaski;

/** Looks what is there. Takes a few seconds at most where something hangs. */
export async function look({ url, key }: Place): Promise<Found> {
  const health = await ask(url, "/healthz");
  if (health === null) return { kind: "nothing" };
  if (health.headers.get("server") === "llama.cpp") return { kind: "llama-server" };
  const ready = await ask(url, "/readyz");
  if (!isChaski(health) || ready === null || !isChaski(ready)) return { kind: "something else" };
  const open = await ask(url, "/v1/models");
  const keyed = open?.status === 401;
  const list = keyed && key !== undefined ? await ask(url, "/v1/models", key) : open;
  const models = list === null ? [] : servedModels(list.json);
  return {
    kind: "chaski",
    keyed,
    keyFits: list?.status !== 401,
    notReady: models.length > 0 || list?.status === 401 ? null : reasonOf(ready),
    models,
  };
}

/**
 * What the model is called that Chaski takes a name for, be it an alias, in other case or, where it
 * says so, any; null when it takes the name for none.
 */
export async function servedAs({ url, key }: Place, name: string): Promise<string | null> {
  const answer = await ask(url, `/v1/models/${encodeURIComponent(name)}`, key);
  if (answer?.status !== 200 || !isRecord(answer.json)) return null;
  const { id } = answer.json;
  return typeof id === "string" && id !== "" ? id : null;
}

/** `/healthz` and `/readyz` are its own: an object with a status, whatever the HTTP status. */
function isChaski({ status, json }: Answer): boolean {
  return (status === 200 || status === 503) && isRecord(json) && typeof json["status"] === "string";
}

function reasonOf({ json }: Answer): string {
  const reason = isRecord(json) ? json["reason"] : undefined;
  return typeof reason === "string" ? reason.replace(/\.$/, "") : "it lists no model";
}

function servedModels(list: unknown): Served[] {
  const data = isRecord(list) && Array.isArray(list["data"]) ? list["data"].filter(isRecord) : [];
  return data.flatMap(({ id, context_length: context, alias_of: aliasOf }) =>
    typeof id === "string" && id !== "" && aliasOf === undefined
      ? [{ id, context: typeof context === "number" ? context : null }]
      : []
  );
}
