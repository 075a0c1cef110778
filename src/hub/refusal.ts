/** What an answer of a hub that is no success means, and what to do. Pure. */

import type { Hub } from "./hub.ts";
import { HubError, passing } from "./hub_error.ts";
import type { HubAnswer } from "./request.ts";

/** Seconds; a hub that wants more has to be asked again by the user. */
const LONGEST_WAIT = 60;

/** The reason, by the status and the hub's own code; never its words. */
export function refusal({ response, led }: HubAnswer, hub: Hub, repository: string): HubError {
  const { status, headers } = response;
  if (status === 429) return tooMany(headers, hub);
  if (status >= 500 || status === 408) {
    return passing(`${hub.host} answered ${status}; try again later`);
  }
  // What it sent to holds for a while only; the next try is sent anew.
  if (led) return passing(`the store behind ${hub.host} answered ${status}; try again later`);
  const isGated = headers.get("x-error-code") === "GatedRepo";
  if ((status === 401 || status === 403) && isGated) return gated(hub, repository);
  if (status === 401) return unknown(hub);
  if (status === 403) {
    return new HubError(
      `the token may not read ${repository}; give it the right to, or set HF_TOKEN`,
    );
  }
  if (status === 404) return new HubError(`there is no such repository or file; check the name`);
  return new HubError(`${hub.host} answered ${status}`);
}

function gated(hub: Hub, repository: string): HubError {
  return new HubError(
    `its licence has to be accepted first; do so at ${hub.url}/${repository}, ` +
      "and set HF_TOKEN to a token of that account",
  );
}

/** The hub says the same of what is private and of what is not there. */
function unknown(hub: Hub): HubError {
  return new HubError(
    hub.token === null
      ? "there is no such repository, or it is private; check the name, or set HF_TOKEN"
      : `${hub.host} does not know the token; check HF_TOKEN, or the token's file`,
  );
}

function tooMany(headers: Headers, hub: Hub): HubError {
  const reason = `${hub.host} was asked too often; try again later` +
    (hub.token === null ? ", or set HF_TOKEN" : "");
  const seconds = Number(headers.get("retry-after") ?? 0);
  if (!(seconds >= 0)) return passing(reason);
  return seconds > LONGEST_WAIT ? new HubError(reason) : passing(reason, seconds * 1000);
}
