/** What a person at a terminal needs first: where it is, how to try it, how to start clients on it. */

export function banner(
  { url, keyed, version }: { url: string; keyed: boolean; version: string },
): string {
  const header = keyed ? ` -H "Authorization: Bearer $CHASKI_API_KEY"` : "";
  return `
  Chaski ${version}   base URL ${url}/v1

  try it   curl ${url}/v1/responses${header} \\
             -H 'Content-Type: application/json' -d '{"input":"Hello","stream":true}'
  models   curl ${url}/v1/models${header}
  Codex    chaski codex --url ${url}                     # once
           chaski codex config --write --url ${url}      # for good
  Claude   chaski claude --url ${url}                    # once

`;
}
